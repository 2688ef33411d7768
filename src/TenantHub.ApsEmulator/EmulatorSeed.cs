namespace TenantHub.ApsEmulator;

/// <summary>What a fresh emulator holds: one app, and two accounts that are provisioned for it.</summary>
public static class EmulatorSeed
{
    public const string ClientId = "demo-client-id";
    public const string ClientSecret = "demo-client-secret";
    public const string AccAccountId = "11111111-2222-4333-8444-555555555555";
    public const string AccountName = "Demo Construction Co";
    public const string Region = "US";
    public const string OtherAccAccountId = "22222222-3333-4444-8555-666666666666";
    public const string OtherAccountName = "Second Construction Co";
}
