using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Approvals;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Transfers;
using TenantHub.Calls;
using TenantHub.Isolation;

namespace TenantHub.Actions;

/// <summary>What a call would do and wait for: asked of the parts that run it, with nothing sent and nothing taken.</summary>
internal sealed class CallPlanner(
    ActionCatalog catalog,
    ResourceGuard guard,
    Permits permits,
    Approvals.Approvals approvals,
    IOptions<ApsOptions> apsOptions,
    TimeProvider clock
)
{
    public async Task<PlanResult> PlanAsync(ActiveAccount account, ActionRequest request)
    {
        if (catalog.Find(request.ActionId) is not { } action)
            return new PlanResult(null, AccountErrors.UnknownAction(request.ActionId));
        if (account.Record.Linked is not { } linked)
            return new PlanResult(null, account.Record.NotFound());
        request = WithoutBytes(action, request);
        if (InputValidator.Validate(action, request, account.Context) is { } invalid)
            return new PlanResult(null, invalid);
        if (request.IdempotencyKey is { } key && IdempotencyKey.Check(key) is { } badKey)
            return new PlanResult(null, badKey);

        var forecast = QuotaGroupOf(action) is { } group ? await permits.ForeseeAsync(linked, group) : null;
        var (foreign, questions) = await guard.ForeseeAsync(account, action, request);
        var (decision, approval) = await approvals.ForeseeAsync(account, action, request);
        var quotaWait = forecast is null ? TimeSpan.Zero : forecast.ExpectedStartAt - clock.GetUtcNow();
        var takesLane = action.Kind is ActionKind.Http;
        return new PlanResult(
            new ActionPlan
            {
                ActionId = action.Id,
                Requests =
                [
                    .. TokenRequest(account, linked, action),
                    .. questions.SelectMany(question => Requests(question.Check, question.Request, account.Context)),
                    .. Requests(action, request, account.Context),
                ],
                Scopes = action.Scopes,
                ApiProduct = action.ApiProduct,
                RetrySafe = action.RetrySafe,
                Obstacle = account.Refuses(action, request) ?? account.Obstacle(action) ?? foreign ?? decision?.Refusal,
                Quota = forecast?.State,
                CallsBefore = takesLane ? account.Lane.Count : 0,
                AccountsWaiting = forecast?.AccountsWaiting ?? 0,
                ExpectedWait =
                    (takesLane ? account.Lane.ExpectedWait() : TimeSpan.Zero) + (quotaWait > TimeSpan.Zero ? quotaWait : TimeSpan.Zero),
                NeedsApproval = decision is null || approval is { Status: ApprovalStatus.Refused },
                ApprovalId = approval?.Id,
                ApprovalStatus = approval?.Status,
            },
            null
        );
    }

    /// <summary>A transfer comes to the account's grain without its bytes, and with their hash and length. What is no base64 stays, and is
    /// refused.</summary>
    private static ActionRequest WithoutBytes(ActionDefinition action, ActionRequest request)
    {
        if (action.Kind is not ActionKind.Transfer || request.Body is not { } body)
            return request;
        using var document = JsonDocument.Parse(body.Memory);
        if (
            document.RootElement is not { ValueKind: JsonValueKind.Object } members
            || members.EnumerateObject().Count() != 1
            || !members.TryGetProperty("content", out var content)
            || content.ValueKind is not JsonValueKind.String
            || !content.TryGetBytesFromBase64(out var bytes)
        )
            return request;
        var length = bytes.Length.ToString(CultureInfo.InvariantCulture);
        return request with
        {
            Body = null,
            ContentHash = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase)
            {
                ["Content-Length"] =
                    request.Headers.FirstOrDefault(header => header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Value
                    ?? length,
            },
        };
    }

    /// <summary>The lane as it is. A call that waits for a permit stands in the quota's queue: the quota knows its place there and when it
    /// will start.</summary>
    public async Task<LaneDescription> DescribeLaneAsync(ActiveAccount account, AccountDescription linked)
    {
        var lane = account.Lane.Describe();
        return lane with { Running = [.. await Task.WhenAll(lane.Running.Select(WithQuotaAsync))] };

        async Task<LaneEntryDescription> WithQuotaAsync(LaneEntryDescription entry)
        {
            if (entry.Phase is not CallPhase.Quota || catalog.Find(entry.ActionId)?.QuotaGroupName is not { } group)
                return entry;
            return await permits.ForeseeAsync(linked, group) is { } forecast
                ? entry with
                {
                    Position = forecast.Position,
                    ExpectedStartAt = forecast.ExpectedStartAt,
                }
                : entry;
        }
    }

    /// <summary>The token request, when this account holds no token that would do. Another account of the same app may hold one.</summary>
    private IEnumerable<PlannedRequest> TokenRequest(ActiveAccount account, AccountDescription linked, ActionDefinition action)
    {
        if (action.Kind is not ActionKind.Http)
            yield break;
        if (account.TrafficSoFar?.FindToken(account.App, action.ScopeKey, clock.GetUtcNow()) is not null)
            yield break;
        yield return new PlannedRequest(
            null,
            "POST",
            "/authentication/v2/token",
            new Dictionary<string, string> { ["Content-Type"] = "application/x-www-form-urlencoded" },
            JsonBytes.From(
                new
                {
                    grant_type = "client_credentials",
                    scope = action.ScopeKey,
                    client_id = linked.ClientId,
                }
            )
        );
    }

    private IEnumerable<PlannedRequest> Requests(ActionDefinition action, ActionRequest request, LinkedAccountContext context)
    {
        switch (action.Kind)
        {
            case ActionKind.Composite:
                return action
                    .Steps.Select(step => catalog.Find(step)!)
                    .Select(step => new PlannedRequest(
                        step.Id,
                        step.Method,
                        Fill(step.Path, request),
                        new Dictionary<string, string>(),
                        step.Id == action.Steps[0] ? FileUploadInput.FirstBody(request) : null
                    ));
            case ActionKind.Transfer:
                var url = request.Path["signed_url"];
                return
                [
                    new PlannedRequest(
                        action.Id,
                        action.Method,
                        url[..(url.IndexOf('?', StringComparison.Ordinal) is var query and >= 0 ? query : url.Length)],
                        new Dictionary<string, string>(),
                        null
                    ),
                ];
            default:
                using (var message = ApsRequestFactory.Create(action, request, context, apsOptions.Value))
                {
                    var headers = message.Headers.Concat(
                        message.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>()
                    );
                    return
                    [
                        new PlannedRequest(
                            action.Id,
                            action.Method,
                            message.RequestUri!.PathAndQuery,
                            headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value)),
                            request.Body
                        ),
                    ];
                }
        }
    }

    /// <summary>A composite begins with its first step, and costs that of its limit at least.</summary>
    private string? QuotaGroupOf(ActionDefinition action) =>
        action.Kind is ActionKind.Composite ? catalog.Find(action.Steps[0])!.QuotaGroupName : action.QuotaGroupName;

    private static string Fill(string path, ActionRequest request) =>
        request.Path.Aggregate(
            path,
            (filled, value) => filled.Replace($"{{{value.Key}}}", Uri.EscapeDataString(value.Value), StringComparison.Ordinal)
        );
}
