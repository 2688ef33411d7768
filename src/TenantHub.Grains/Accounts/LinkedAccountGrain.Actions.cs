using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Paging;
using TenantHub.Errors;
using TenantHub.Tokens;

namespace TenantHub.Accounts;

/// <summary>MAIN FLOW 1: run one action. The steps are those of docs/ARCHITECTURE.md.</summary>
internal sealed partial class LinkedAccountGrain
{
    public async Task<ActionResult> RunActionAsync(ActionRequest request, CancellationToken cancellationToken)
    {
        var came = _clock.GetTimestamp();

        // 1. What is asked, and may this account do it now? Answered before anything is spent.
        if (_catalog.Find(request.ActionId) is not { } action) return AccountErrors.UnknownAction(request.ActionId);
        if (Refuses(action, request) is { } refusal) return refusal;
        var context = Context(Linked!);
        if (InputValidator.Validate(action, request, context) is { } invalid) return invalid;
        if (action.Kind is ActionKind.Composite) return AccountErrors.Composite(action.Id);
        if (action.Kind is ActionKind.Transfer) return AllowTransfer(request);

        // 2. Our turn in the lane. From here to the end of the method no other call of this account is sent.
        using var place = await _lane.EnterAsync(action.Id, MaxWait(request), cancellationToken);
        if (place.Refusal is { } noPlace) return Conclude(action, came, place, noPlace);
        if (Refuses(action, request) is { } tooLate) return Conclude(action, came, place, tooLate); // Suspended or unlinked while it waited.
        if (await RefuseHopelessAsync(action, cancellationToken) is { } hopeless) return Conclude(action, came, place, hopeless);

        // 3. The narrowest access token that fits.
        var access = await GetTokenAsync(action.ScopeKey, action.Scopes, refused: null);
        if (access.Refusal is { } denied) return Conclude(action, came, place, await LearnAsync(action, denied));

        // 4. Send. A token that Autodesk refuses is renewed once; the refused request had no effect, so a write may be repeated too.
        var response = await SendAsync(action, request, context, access.Token!, cancellationToken);
        if (response is ApsResponse.Answered { Status: 401 })
        {
            LogTokenRefused(Id, action.Id);
            access = await GetTokenAsync(action.ScopeKey, action.Scopes, refused: access.Token);
            if (access.Refusal is { } deniedAgain) return Conclude(action, came, place, await LearnAsync(action, deniedAgain));
            response = await SendAsync(action, request, context, access.Token!, cancellationToken);
        }

        // 5. What the answer means for the account and for the caller.
        if (response is ApsResponse.Answered { Succeeded: true } answered)
        {
            await LearnWorkingAsync(action);
            return Conclude(action, came, place, ApsPaging.Conclude(action, request, context, answered));
        }

        return Conclude(action, came, place, await LearnAsync(action, ApsFailureClassifier.Classify(action, context, response)));
    }

    private TimeSpan MaxWait(ActionRequest request) => request.MaxWait is { } asked
        ? asked < TimeSpan.Zero ? TimeSpan.Zero : asked > LongestWait ? LongestWait : asked
        : _laneOptions.DefaultMaxWait;

    private static LinkedAccountContext Context(AccountDescription account) => new(account.AccAccountId, account.Region, account.ClientId, account.ActAsUserId);

    /// <summary>Status and enabled actions; costs nothing and sends nothing.</summary>
    private HubError? Refuses(ActionDefinition action, ActionRequest request)
    {
        if (Linked is not { } account) return AccountErrors.NotFound(Id);
        if (account.Status is AccountStatus.Suspended) return AccountErrors.Suspended(Id);
        if (_profile?.EnabledActions is { } enabled && !enabled.Contains(action.Id) && !IsEnabledStep(action, request.PartOf, enabled))
            return AccountErrors.NotEnabled(action.Id, account.ProfileId!);
        return null;
    }

    private bool IsEnabledStep(ActionDefinition step, string? partOf, IReadOnlyList<string> enabled) =>
        partOf is not null && enabled.Contains(partOf) && _catalog.Find(partOf) is { } composite && composite.Steps.Contains(step.Id);

    private ActionResult AllowTransfer(ActionRequest request)
    {
        var url = request.Path["signed_url"];
        return _transfer.CheckUrl(url) is { } forbidden ? forbidden : new ActionResult.TransferAllowed(new Secret(url));
    }

    /// <summary>
    /// An account that is known not to work does not waste quota on calls that cannot succeed. When that knowledge is old it is renewed first,
    /// so an account heals by being used.
    /// </summary>
    private async Task<HubError?> RefuseHopelessAsync(ActionDefinition action, CancellationToken cancellationToken)
    {
        if (Obstacle(action) is null) return null;
        if (_clock.GetUtcNow() - (State.CheckedAt ?? DateTimeOffset.MinValue) >= _provisioningOptions.ReverifyAfter)
            await VerifyStoredAsync(cancellationToken);
        return Obstacle(action);
    }

    private HubError? Obstacle(ActionDefinition action)
    {
        foreach (var check in State.Checks)
        {
            if (check.Outcome is CheckOutcome.Failed && ProvisioningChecks.Stops(check.Name, action) is { } cause)
                return AccountErrors.Hopeless(cause, check);
        }

        return null;
    }

    /// <summary>A token from this activation's memory, or from the grain that all accounts of the app share.</summary>
    private async Task<AccessTokenResult> GetTokenAsync(string scopeKey, IReadOnlyList<string> scopes, AccessToken? refused)
    {
        if (refused is null && _tokens.TryGetValue(scopeKey, out var known) && _clock.GetUtcNow() < known.RenewAt) return new(known, null);

        var (clientId, secret, version) = App(State);
        var grain = GrainFactory.GetGrain<IAccessTokenGrain>($"{clientId}|{version}|{scopeKey}");
        var result = await grain.GetAsync(new AccessTokenRequest(clientId, secret, scopes, refused?.Issue ?? 0));
        if (result.Token is { } token) _tokens[scopeKey] = token;
        else _tokens.Remove(scopeKey);
        return result;
    }

    private async Task<ApsResponse> SendAsync(
        ActionDefinition action, ActionRequest request, LinkedAccountContext context, AccessToken token, CancellationToken cancellationToken)
    {
        using var message = ApsRequestFactory.Create(action, request, context, _apsOptions);

        // A write that has left is followed to its end: nobody would know its outcome otherwise.
        var abort = action.Safety is ActionSafety.Read ? cancellationToken : CancellationToken.None;
        return await _aps.SendAsync(message, token.Value.Reveal(), _apsOptions.AttemptTimeout, abort);
    }

    private ActionResult Conclude(ActionDefinition action, long came, Lane.Entry place, ActionResult result)
    {
        var outcome = "succeeded";
        if (result is ActionResult.Failed { Error.Code: var code })
        {
            outcome = WireName.Of(code);
            LogFailed(Id, action.Id, code);
        }
        else
        {
            LogSucceeded(Id, action.Id, ((ActionResult.Succeeded)result).ProviderStatus);
        }

        var took = _clock.GetElapsedTime(came);
        if (_recentCalls.Count == KeptCalls) _recentCalls.Dequeue();
        _recentCalls.Enqueue(new CallDescription(action.Id, _clock.GetUtcNow() - took, place.Waited, took, outcome));
        return result;
    }
}
