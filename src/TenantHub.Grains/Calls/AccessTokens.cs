using Microsoft.Extensions.Logging;
using TenantHub.Accounts;
using TenantHub.Credentials;
using TenantHub.Profiles;
using TenantHub.Telemetry;
using TenantHub.Tokens;

namespace TenantHub.Calls;

/// <summary>Access tokens for requests: from the account's memory, or from the grain that all accounts of the app share.</summary>
internal sealed partial class AccessTokens(
    GrainReferences<IAccessTokenGrain> grains,
    ProfileReader profiles,
    TimeProvider clock,
    ILogger<AccessTokens> logger
)
{
    /// <summary>
    /// A token for the call. When Autodesk refuses the secret that the call began with, it may have been rotated since, here or at the
    /// profile: the others that are held are tried before the call fails.
    /// </summary>
    /// <param name="call">The call; its app becomes the one whose secret Autodesk accepts.</param>
    /// <param name="refused">The token that Autodesk has just answered with 401; null for none.</param>
    public ValueTask<AccessTokenResult> GetAsync(ApsCall call, AccessToken? refused) =>
        refused is null && call.Account.Traffic.FindToken(call.App, call.Action.ScopeKey, clock.GetUtcNow()) is { } known
            ? new(new AccessTokenResult(known, null))
            : new(FetchAsync(call, refused));

    /// <summary>A token for a read that the doctor makes with an app that may still be on trial.</summary>
    public Task<AccessTokenResult> AskAsync(ClientApp app, IReadOnlyList<string> scopes, TimeSpan? maxAge) =>
        AskAsync(app, scopes, 0, maxAge);

    private async Task<AccessTokenResult> FetchAsync(ApsCall call, AccessToken? refused)
    {
        var result = await FetchAsync(call, call.App, refused);
        if (result.Refusal is not { Code: ErrorCode.CredentialsRejected } || call.App.IsOnTrial)
            return result;

        await profiles.ReadAsync(call.Account);
        if (call.Account.Record.Linked is null)
            return result;
        var held = call.Account.Apps;
        foreach (var other in held.Instead(call.App))
        {
            var second = call.Account.Traffic.FindToken(other, call.Action.ScopeKey, clock.GetUtcNow()) is { } known
                ? new(known, null)
                : await FetchAsync(call, other, refused: null);
            if (second.Token is null)
                continue;
            if (other == held.Previous)
                call.Account.Traffic.Refused(held.Current, clock);
            LogOtherSecret(call.Account.Id, call.Action.Id);
            call.App = other;
            return second;
        }

        return result;
    }

    private async Task<AccessTokenResult> FetchAsync(ApsCall call, ClientApp app, AccessToken? refused)
    {
        using var span = TenantHubTelemetry.StartStep("token");
        var since = clock.GetTimestamp();
        var result = await AskInTimeAsync(call, app, refused?.Issue ?? 0);
        TenantHubTelemetry.EndStep(span, result.Refusal);
        call.Recorder?.AddWait(CallStepKind.Token, clock.GetElapsedTime(since), result.Refusal);
        call.Account.Traffic.SetToken(app, call.Action.ScopeKey, result.Token);
        return result;
    }

    /// <summary>The request for a token goes on for those who come later.</summary>
    private async Task<AccessTokenResult> AskInTimeAsync(ApsCall call, ClientApp app, long refusedIssue)
    {
        try
        {
            return await clock.WithinAsync(AskAsync(app, call.Action.Scopes, refusedIssue, null), call.StartBy);
        }
        catch (TimeoutException)
        {
            return new(null, AccountErrors.TokenTooLate());
        }
    }

    private Task<AccessTokenResult> AskAsync(ClientApp app, IReadOnlyList<string> scopes, long refusedIssue, TimeSpan? maxAge) =>
        grains
            .Of($"{app.ClientId}|{app.CredentialVersion}|{string.Join(' ', scopes)}")
            .GetAsync(new AccessTokenRequest(app.ClientId, app.ClientSecret, scopes, refusedIssue) { MaxAge = maxAge });

    [LoggerMessage(
        1006,
        LogLevel.Warning,
        "Account {AccountId}: Autodesk refused one of the two secrets that are held during a rotation; {ActionId} goes on with the other"
    )]
    private partial void LogOtherSecret(string accountId, string actionId);
}
