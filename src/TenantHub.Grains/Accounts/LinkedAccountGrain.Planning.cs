using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Quotas;

namespace TenantHub.Accounts;

/// <summary>What a call would do: the same steps as running it, with nothing sent and nothing taken.</summary>
internal sealed partial class LinkedAccountGrain
{
    public async Task<PlanResult> PlanAsync(ActionRequest request)
    {
        await RefreshProfileAsync();
        if (_catalog.Find(request.ActionId) is not { } action) return new PlanResult(null, AccountErrors.UnknownAction(request.ActionId));
        if (Linked is not { } account) return new PlanResult(null, AccountErrors.NotFound(Id));
        var context = Context(account);
        if (InputValidator.Validate(action, request, context) is { } invalid) return new PlanResult(null, invalid);
        if (request.IdempotencyKey is { } key && IdempotencyKey.Check(key) is { } badKey) return new PlanResult(null, badKey);

        var forecast = action.QuotaGroupName is { } group && _quotaOptions.Enabled
            ? await GrainFactory.GetGrain<IPermitGrain>(QuotaKey.Of(account.ClientId, group)).ForeseeAsync(Id)
            : null;
        var (foreign, questions) = await ForeseeForeignAsync(action, request, context);
        var quotaWait = forecast is null ? TimeSpan.Zero : forecast.ExpectedStartAt - _clock.GetUtcNow();
        return new PlanResult(
            new ActionPlan
            {
                ActionId = action.Id,
                Requests = [.. TokenRequest(account, action), .. questions.SelectMany(question => Requests(question.Check, question.Request, context)), .. Requests(action, request, context)],
                Scopes = action.Scopes,
                ApiProduct = action.ApiProduct,
                RetrySafe = action.RetrySafe,
                Obstacle = Refuses(action, request) ?? Obstacle(action) ?? foreign,
                Quota = forecast?.State,
                CallsBefore = action.Kind is ActionKind.Http ? _lane.Count : 0,
                AccountsWaiting = forecast?.AccountsWaiting ?? 0,
                ExpectedWait = (action.Kind is ActionKind.Http ? _lane.ExpectedWait() : TimeSpan.Zero) + (quotaWait > TimeSpan.Zero ? quotaWait : TimeSpan.Zero),
            },
            null);
    }

    /// <summary>The token request, when this account holds no token that would do. Another account of the same app may hold one.</summary>
    private IEnumerable<PlannedRequest> TokenRequest(AccountDescription account, ActionDefinition action)
    {
        if (action.Kind is not ActionKind.Http) yield break;
        if (_tokens.TryGetValue((App(State).CredentialVersion, action.ScopeKey), out var token) && _clock.GetUtcNow() < token.RenewAt) yield break;
        yield return new PlannedRequest(null, "POST", "/authentication/v2/token", new Dictionary<string, string> { ["Content-Type"] = "application/x-www-form-urlencoded" },
            JsonBytes.From(new { grant_type = "client_credentials", scope = action.ScopeKey, client_id = account.ClientId }));
    }

    private IEnumerable<PlannedRequest> Requests(ActionDefinition action, ActionRequest request, LinkedAccountContext context)
    {
        switch (action.Kind)
        {
            case ActionKind.Composite:
                return action.Steps.Select(step => _catalog.Find(step)!).Select(step => new PlannedRequest(step.Id, step.Method, Fill(step.Path, request), new Dictionary<string, string>(), null));
            case ActionKind.Transfer:
                var url = request.Path["signed_url"];
                return [new PlannedRequest(action.Id, action.Method, url[..(url.IndexOf('?', StringComparison.Ordinal) is var query and >= 0 ? query : url.Length)], new Dictionary<string, string>(), null)];
            default:
                using (var message = ApsRequestFactory.Create(action, request, context, _apsOptions))
                {
                    var headers = message.Headers.Concat(message.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>());
                    return [new PlannedRequest(action.Id, action.Method, message.RequestUri!.PathAndQuery, headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value)), request.Body)];
                }
        }
    }

    private static string Fill(string path, ActionRequest request) =>
        request.Path.Aggregate(path, (filled, value) => filled.Replace($"{{{value.Key}}}", Uri.EscapeDataString(value.Value), StringComparison.Ordinal));
}
