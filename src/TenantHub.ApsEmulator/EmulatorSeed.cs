namespace TenantHub.ApsEmulator;

/// <summary>What a fresh emulator holds: one app, and four accounts that are provisioned for it.</summary>
public static class EmulatorSeed
{
    public const string ClientId = "demo-client-id";
    public const string ClientSecret = "demo-client-secret";
    public const string AccAccountId = "11111111-2222-4333-8444-555555555555";
    public const string AccountName = "Demo Construction Co";
    public const string Region = "US";

    /// <summary>Gets the accounts with their names. The demo links the first one; the others are left for whoever tries it, because an
    /// Autodesk account has one owner.</summary>
    public static IReadOnlyList<(string Id, string Name)> Accounts { get; } =
    [
        (AccAccountId, AccountName),
        ("22222222-3333-4444-8555-666666666666", "Second Construction Co"),
        ("33333333-4444-4555-8666-777777777777", "Third Construction Co"),
        ("44444444-5555-4666-8777-888888888888", "Fourth Construction Co"),
    ];
}
