using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Calls;
using TenantHub.Credentials;
using TenantHub.Errors;

namespace TenantHub.Accounts;

/// <summary>Does the account work? Asked of Autodesk by a probe, and learnt from the answers to ordinary calls.</summary>
internal sealed partial class LinkedAccountGrain
{
    private const string HubsAction = "autodesk_list_hubs";
    private const string AdminAction = "autodesk_list_account_users";

    /// <summary>
    /// The cheapest proof: the account's hub is in the list of hubs (two requests with the token). When the app may not read that list, the
    /// account's users are asked for instead. Whoever calls holds the lane.
    /// </summary>
    private async Task<IReadOnlyList<ProvisioningCheck>> ProbeAsync(ClientApp app, LinkedAccountContext context, Lane.Entry place, CancellationToken cancellationToken)
    {
        var hubs = await ProbeActionAsync(_catalog.Find(HubsAction)!, new ActionRequest(HubsAction), app, context, place, cancellationToken);
        if (hubs is ProbeAnswer.Body { Response.Body: { } body }) return JudgeHubs(body, app, context);

        if (hubs is not ProbeAnswer.Failure { Error: var failure }) return []; // An empty list without a body proves nothing.
        var learnt = Failed(failure, _catalog.Find(HubsAction)!);
        if (failure.Code is not (ErrorCode.ScopeNotGranted or ErrorCode.ApiProductNotEnabled)) return learnt;

        var admin = _catalog.Find(AdminAction)!;
        var request = new ActionRequest(AdminAction) { Query = new Dictionary<string, string[]> { ["limit"] = ["1"] } };
        return await ProbeActionAsync(admin, request, app, context, place, cancellationToken) switch
        {
            ProbeAnswer.Failure { Error: var refused } => ProvisioningChecks.Merge(learnt, Failed(refused, admin)),
            _ => ProvisioningChecks.Merge(learnt, [.. AppWorks(), Passed(ProvisioningChecks.CustomIntegration, "Autodesk lists the account's users to this client id.")]),
        };
    }

    private async Task<ProbeAnswer> ProbeActionAsync(
        ActionDefinition action, ActionRequest request, ClientApp app, LinkedAccountContext context, Lane.Entry place, CancellationToken cancellationToken)
    {
        var call = new ApsCall(action, request, app, context, place, StartBy(_clock.GetTimestamp(), request));
        await CallAsync(call, cancellationToken);
        return call.Response switch
        {
            ApsResponse.Answered { Succeeded: true } answered => new ProbeAnswer.Body(answered),
            { } other => new ProbeAnswer.Failure(ApsFailureClassifier.Classify(action, context, other)),
            null => new ProbeAnswer.Failure(call.Refusal!),
        };
    }

    private IReadOnlyList<ProvisioningCheck> JudgeHubs(JsonBytes hubs, ClientApp app, LinkedAccountContext context)
    {
        string? region;
        try
        {
            region = FindHubRegion(hubs, context.HubId);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return AppWorks(); // The list cannot be read: the token was good, and nothing else is known.
        }

        if (region is null)
        {
            return
            [
                .. AppWorks(),
                new(ProvisioningChecks.CustomIntegration, CheckOutcome.Failed,
                    $"Autodesk does not list the account {context.AccAccountId} to the client id {app.ClientId}.",
                    ApsFailureClassifier.CustomIntegrationStep(app.ClientId), _clock.GetUtcNow()),
            ];
        }

        var right = region.Length == 0 || string.Equals(Regions.Normalize(region), context.Region, StringComparison.Ordinal);
        return
        [
            .. AppWorks(),
            Passed(ProvisioningChecks.CustomIntegration, "Autodesk lists the account's hub to this client id."),
            right
                ? Passed(ProvisioningChecks.Region, $"The hub says region {context.Region}.")
                : new(ProvisioningChecks.Region, CheckOutcome.Failed, $"The hub is in region {region}, the link says {context.Region}.",
                    $"Set the region to {Regions.Normalize(region) ?? region}.", _clock.GetUtcNow()),
        ];
    }

    /// <summary>The region of the hub with the id; empty when the hub does not tell, null when it is not in the list.</summary>
    private static string? FindHubRegion(JsonBytes answer, string hubId)
    {
        using var document = JsonDocument.Parse(answer.Memory);
        if (!document.RootElement.TryGetProperty("data", out var hubs) || hubs.ValueKind is not JsonValueKind.Array) return null;
        foreach (var hub in hubs.EnumerateArray())
        {
            if (hub.GetProperty("id").GetString() != hubId) continue;
            return hub.TryGetProperty("attributes", out var attributes) && attributes.TryGetProperty("region", out var region)
                ? region.GetString() ?? ""
                : "";
        }

        return null;
    }

    private IReadOnlyList<ProvisioningCheck> AppWorks() => [Passed(ProvisioningChecks.Credentials, "Autodesk accepted client id and secret.")];

    private ProvisioningCheck Passed(string name, string seen) => new(name, CheckOutcome.Passed, seen, null, _clock.GetUtcNow());

    /// <summary>What a failure proves. A time-out or a fault of Autodesk's proves nothing.</summary>
    private IReadOnlyList<ProvisioningCheck> Failed(HubError error, ActionDefinition action)
    {
        if (ProvisioningChecks.DecidedBy(error.Code, action) is not { } check) return [];
        var failed = new ProvisioningCheck(check, CheckOutcome.Failed, error.Detail, error.NextStep, _clock.GetUtcNow());
        return check is ProvisioningChecks.Credentials ? [failed] : [.. AppWorks(), failed];
    }

    /// <summary>Verifies with the stored credentials and stores what was found. Whoever calls holds the lane.</summary>
    private async Task<HubError?> VerifyStoredAsync(Lane.Entry place, CancellationToken cancellationToken)
    {
        var checks = await ProbeAsync(App(State), Context(State.Account!), place, cancellationToken);

        // What a call itself will show again is forgotten, so that the next call may try.
        return await CommitAsync(state => Apply(
            state with { Checks = [.. state.Checks.Where(check => ProvisioningChecks.NeedsVerification(check.Name))], CheckedAt = _clock.GetUtcNow() }, checks));
    }

    private LinkedAccountState Apply(LinkedAccountState state, IReadOnlyList<ProvisioningCheck> checks)
    {
        var merged = state with { Checks = ProvisioningChecks.Merge(state.Checks, checks) };
        return ProvisioningChecks.Conclude(merged.Checks) is { } proven && state.Account!.Status is not AccountStatus.Suspended
            ? WithStatus(merged, proven.Status, proven.Reason, proven.NextStep)
            : merged;
    }

    /// <summary>
    /// Lets the account's status follow what a failed call proves. A refusal that is no proof (a 403 may concern one project only) makes the
    /// hub look for itself, at most once per <see cref="ProvisioningOptions.ReverifyAfter"/>.
    /// </summary>
    private async Task<HubError> LearnAsync(ActionDefinition action, HubError error, Lane.Entry place)
    {
        if (ProvisioningChecks.DecidedBy(error.Code, action) is not { } check) return error;
        if (check is ProvisioningChecks.CustomIntegration or ProvisioningChecks.Region)
        {
            if (_clock.GetUtcNow() - (State.CheckedAt ?? DateTimeOffset.MinValue) >= _provisioningOptions.ReverifyAfter)
                await VerifyStoredAsync(place, CancellationToken.None);
            return error;
        }

        await CommitAsync(state => Apply(state with { CheckedAt = _clock.GetUtcNow() }, Failed(error, action)));
        return error;
    }

    /// <summary>A call that succeeds proves that a check which forbade it passes again. Costs nothing while all checks pass.</summary>
    private async Task LearnWorkingAsync(ActionDefinition action)
    {
        if (Obstacle(action) is null) return;
        await CommitAsync(state => Apply(
            state with { Checks = [.. state.Checks.Where(check => check.Outcome is not CheckOutcome.Failed || ProvisioningChecks.Stops(check.Name, action) is null)] },
            []));
    }

    /// <summary>How one probing call ended.</summary>
    private abstract record ProbeAnswer
    {
        internal sealed record Body(ApsResponse.Answered Response) : ProbeAnswer;

        internal sealed record Failure(HubError Error) : ProbeAnswer;
    }
}
