using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Profiles;

namespace TenantHub.Linking;

/// <summary>A connect session as its page shows it, of what is stored and what the account and its profile say. Pure.</summary>
internal static class ConnectSessionView
{
    private const int MaxShown = 255;

    public static ConnectSession Of(
        ConnectSessionState state,
        AccountLiveState? live,
        ProfileApp? profile,
        ActionCatalog catalog,
        DateTimeOffset now
    ) =>
        new()
        {
            Number = state.Number,
            Request = state.Request!,
            CreatedAt = state.CreatedAt,
            ExpiresAt = state.ExpiresAt,
            Phase = PhaseOf(state, live, now),
            Form = FormOf(state, live, profile, catalog),
            Account = live?.Account,
            Checks = live?.Checks ?? [],
            LastError = state.LastError,
        };

    /// <summary>The form with what was filled in; never the secret.</summary>
    public static LinkForm With(this LinkForm form, LinkSubmission submission, string accountIdText) =>
        form with
        {
            AccAccountId = Shown(accountIdText),
            Region = Regions.Normalize(submission.Region) ?? form.Region,
            ActAsUserId = Shown(submission.ActAsUserId),
            OwnClientId = Shown(submission.ClientId),
        };

    /// <summary>What is too long to be right is not kept.</summary>
    private static string Shown(string? given) => given is { Length: <= MaxShown } ? given : "";

    private static ConnectSessionPhase PhaseOf(ConnectSessionState state, AccountLiveState? live, DateTimeOffset now) =>
        state.CompletedAt is not null ? ConnectSessionPhase.Completed
        : now >= state.ExpiresAt ? ConnectSessionPhase.Expired
        : live is null || (state.Request!.AccountId is not null && state.LastInput is null) ? ConnectSessionPhase.Open
        : ConnectSessionPhase.Waiting;

    private static LinkForm FormOf(ConnectSessionState state, AccountLiveState? live, ProfileApp? profile, ActionCatalog catalog)
    {
        var needs = ScopeGuide.For(
            profile?.EnabledActions is { } enabled ? enabled.Select(catalog.Find).OfType<ActionDefinition>() : catalog.All
        );
        var (input, account) = (state.LastInput, live?.Account);
        return new LinkForm
        {
            ClientId = profile?.ClientId ?? account?.ClientId,
            AsksForCredentials = profile?.ClientId is null,
            AsksForActingUser = needs.ActingUser.Count > 0,
            NeedsCustomIntegration = needs.TouchesAccount,
            AsksForAccount = live is not { WasProven: true },
            AccAccountId = input?.AccAccountId ?? account?.AccAccountId ?? "",
            Region = input?.Region ?? account?.Region ?? Regions.Default,
            ActAsUserId = input?.ActAsUserId ?? account?.ActAsUserId ?? "",
            OwnClientId = input?.OwnClientId ?? account?.ClientId ?? "",
        };
    }
}
