using TenantHub.Accounts;
using TenantHub.Calls;

namespace TenantHub.Server.Accounts;

/// <summary>The live state of an account: what runs, what waits, which tokens it holds (never their values), what was checked.</summary>
internal sealed record AccountStateResponse(
    LinkedAccountResponse Account,
    LaneDescription Lane,
    IReadOnlyList<AccessTokenDescription> AccessTokens,
    IReadOnlyList<ProvisioningCheck> Checks,
    IReadOnlyList<CallDescription> RecentCalls,
    IReadOnlyList<StatusChange> History,
    CallRecording? Recording
)
{
    public static AccountStateResponse From(AccountLiveState state) =>
        new(
            LinkedAccountResponse.From(state.Account),
            state.Lane,
            state.AccessTokens,
            state.Checks,
            state.RecentCalls,
            state.History,
            state.Recording
        );
}
