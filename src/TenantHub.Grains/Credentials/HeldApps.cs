using TenantHub.Accounts;
using TenantHub.Profiles;

namespace TenantHub.Credentials;

/// <summary>
/// The app of a linked account, its own when it has one, else its profile's; and the same app with the secret before, during an overlap.
/// While a secret is changed two are held, and Autodesk may know the one, the other, or both.
/// </summary>
internal readonly record struct HeldApps(ClientApp Current, ClientApp? Previous)
{
    public static HeldApps Of(LinkedAccountState state, ProfileApp? profile, DateTimeOffset now)
    {
        if (state is { Credentials: { } own, Account.ClientId: var clientId })
            return new(own.Current(clientId), own.Previous(clientId, now));
        var shared =
            OfProfile(profile)
            ?? throw new InvalidOperationException($"Account {state.Account?.Id} has no credentials and its profile has none.");
        return new(shared, now < profile!.PreviousUntil ? profile.Previous : null);
    }

    /// <summary>The app of a profile; null when its accounts bring their own.</summary>
    public static ClientApp? OfProfile(ProfileApp? profile) =>
        profile is { ClientId: { } id, ClientSecret: { } secret, CredentialVersion: { } version } ? new(id, secret, version) : null;

    /// <summary>The held apps that may answer for one whose secret Autodesk refuses: the same app with another secret.</summary>
    public IEnumerable<ClientApp> Instead(ClientApp refused)
    {
        if (IsOther(Current, refused))
            yield return Current;
        if (Previous is not null && IsOther(Previous, refused))
            yield return Previous;

        static bool IsOther(ClientApp app, ClientApp refused) =>
            app.ClientId == refused.ClientId && app.CredentialVersion != refused.CredentialVersion;
    }
}
