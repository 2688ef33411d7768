using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Calls;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Profiles;

namespace TenantHub.Accounts;

/// <summary>
/// The doctor: is everything there that the enabled actions need, and if not, what is missing? It only looks; nothing is changed at Autodesk.
/// 1. Credentials and scopes: one token with every scope, and when Autodesk refuses it, one for each scope.
/// 2. API products and the account: the cheapest look in each product. The hubs list shows the account and its region, the members' list too.
/// 3. The acting user.
/// </summary>
internal sealed partial class LinkedAccountGrain
{
    private const string HubsAction = "autodesk_list_hubs";
    private const string MembersAction = "autodesk_list_account_users";
    private const string MemberAction = "autodesk_get_account_user";
    private const string WebhooksAction = "autodesk_list_webhooks";
    private const string BucketsAction = "autodesk_list_buckets";
    private const int MembersPage = 100;

    /// <summary>Examines with the given credentials. Whoever calls holds the lane.</summary>
    private async Task<IReadOnlyList<ProvisioningCheck>> ExamineAsync(
        ClientApp app, LinkedAccountContext context, ProfileApp? profile, Lane.Entry place, CancellationToken cancellationToken)
    {
        var needs = ScopeGuide.For(profile?.EnabledActions is { } enabled ? enabled.Select(_catalog.Find).OfType<ActionDefinition>() : _catalog.All);
        var exam = new Examination(needs, app, context, _clock.GetUtcNow());

        // 1. Credentials and scopes.
        await ExamineScopesAsync(exam);
        if (!exam.Has(ProvisioningChecks.Credentials, CheckOutcome.Passed)) return exam.Conclude();

        // 2. API products and the account.
        var shown = needs.TouchesAccount && await ExamineHubsAsync(exam, place, cancellationToken);
        if (needs.ApiProducts.ContainsKey(ApiProducts.Construction) || (needs.TouchesAccount && !shown)) await ExamineMembersAsync(exam, place, cancellationToken);
        await ExamineProductAsync(exam, ApiProducts.DataManagement, BucketsAction, place, cancellationToken);
        await ExamineProductAsync(exam, ApiProducts.Webhooks, WebhooksAction, place, cancellationToken);
        exam.LeaveToFirstCall(ProvisioningChecks.ApiProduct(ApiProducts.Construction));
        exam.LeaveToFirstCall(ProvisioningChecks.CustomIntegration);
        if (exam.Has(ProvisioningChecks.CustomIntegration, CheckOutcome.Failed)) exam.Unknown(ProvisioningChecks.Region, "Autodesk tells it when the custom integration is there.");
        exam.LeaveToFirstCall(ProvisioningChecks.Region);

        // 3. The acting user.
        if (needs.ActingUser.Count > 0) await ExamineActingUserAsync(exam, profile?.EnabledActions is not null, place, cancellationToken);
        return exam.Conclude();
    }

    private async Task ExamineScopesAsync(Examination exam)
    {
        var scopes = exam.Needs.Scopes.Keys.ToList();
        var all = await AskForTokenAsync(exam.App, scopes, 0, _provisioningOptions.ReverifyAfter);
        if (all.Refusal is { Code: ErrorCode.CredentialsRejected } && OtherApp(exam.App) is { } other && await AskForTokenAsync(other, scopes, 0, _provisioningOptions.ReverifyAfter) is { Refusal: not { Code: ErrorCode.CredentialsRejected } } second)
            (exam.App, all) = (other, second);
        if (all.Token is not null)
        {
            exam.Pass(ProvisioningChecks.Credentials, ProvisioningChecks.CredentialsSeen);
            foreach (var scope in scopes) exam.Pass(ProvisioningChecks.Scope(scope), "Autodesk gave a token with this scope.");
            return;
        }

        if (all.Refusal!.Code is not ErrorCode.ScopeNotGranted)
        {
            if (all.Refusal.Code is ErrorCode.CredentialsRejected) exam.Fail(ProvisioningChecks.Credentials, all.Refusal.Code, all.Refusal.Detail, all.Refusal.NextStep);
            else exam.Unknown(ProvisioningChecks.Credentials, all.Refusal.Detail);
            return;
        }

        foreach (var scope in scopes)
        {
            var one = scopes.Count == 1 ? all : await AskForTokenAsync(exam.App, [scope], 0, _provisioningOptions.ReverifyAfter);
            if (one.Token is not null) exam.Pass(ProvisioningChecks.Scope(scope), "Autodesk gave a token with this scope.");
            else if (one.Refusal!.Code is ErrorCode.ScopeNotGranted) exam.FailScope(scope, one.Refusal.Detail);
            else exam.Unknown(ProvisioningChecks.Scope(scope), one.Refusal.Detail);
        }

        // Autodesk looks at the scopes of an app only when it has accepted its secret.
        exam.Pass(ProvisioningChecks.Credentials, ProvisioningChecks.CredentialsSeen);
    }

    /// <summary>The app with the other secret while two are held; a secret on trial stands for itself.</summary>
    private ClientApp? OtherApp(ClientApp app)
    {
        if (app.IsOnTrial || Linked is null) return null;
        var (current, previous) = HeldApps(State);
        return current.ClientId != app.ClientId ? null : current.CredentialVersion != app.CredentialVersion ? current : previous;
    }

    /// <summary>True when the account and its region were seen in the list of hubs.</summary>
    private async Task<bool> ExamineHubsAsync(Examination exam, Lane.Entry place, CancellationToken cancellationToken)
    {
        if (await LookAsync(exam, new ActionRequest(HubsAction), place, cancellationToken) is not { Body: { } hubs }) return false;
        string? region;
        try
        {
            region = FindHubRegion(hubs, exam.Context.HubId);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false; // The list cannot be read, and nothing is known of the account.
        }

        if (region is null)
        {
            exam.FailIntegration($"Autodesk does not list the account {exam.Context.AccAccountId} to the client id {exam.App.ClientId}: the client id has not been added, or the account id is another one.");
            return false;
        }

        exam.Pass(ProvisioningChecks.CustomIntegration, "Autodesk lists the account's hub to this client id.");
        if (region.Length == 0) return false;
        if (Regions.Normalize(region) == exam.Context.Region) exam.Pass(ProvisioningChecks.Region, $"The hub says region {exam.Context.Region}.");
        else exam.Fail(ProvisioningChecks.Region, ErrorCode.WrongRegion, $"The hub is in region {region}, the link says {exam.Context.Region}.", $"Set the region to {Regions.Normalize(region) ?? region}.");
        return true;
    }

    /// <summary>The members' list answers only when the client id is known in the account, and only in the account's own region.</summary>
    private async Task ExamineMembersAsync(Examination exam, Lane.Entry place, CancellationToken cancellationToken)
    {
        var regionFailed = exam.Has(ProvisioningChecks.Region, CheckOutcome.Failed);
        var request = new ActionRequest(MembersAction) { Query = new Dictionary<string, string[]> { ["limit"] = ["1"] } };
        if (await LookAsync(exam, request, place, cancellationToken, keepRegion: regionFailed) is null || regionFailed) return;
        exam.Pass(ProvisioningChecks.CustomIntegration, "Autodesk lists the account's members to this client id.");
        exam.Pass(ProvisioningChecks.Region, $"Autodesk finds the account in region {exam.Context.Region}.");
    }

    private async Task ExamineProductAsync(Examination exam, string product, string action, Lane.Entry place, CancellationToken cancellationToken)
    {
        if (!exam.Needs.ApiProducts.ContainsKey(product) || Decided()) return;
        await LookAsync(exam, new ActionRequest(action), place, cancellationToken);
        if (!Decided()) exam.LeaveToFirstCall(ProvisioningChecks.ApiProduct(product));

        bool Decided() => exam.Has(ProvisioningChecks.ApiProduct(product), CheckOutcome.Passed) || exam.Has(ProvisioningChecks.ApiProduct(product), CheckOutcome.Failed);
    }

    private async Task ExamineActingUserAsync(Examination exam, bool chosen, Lane.Entry place, CancellationToken cancellationToken)
    {
        if (exam.Context.ActingUserId is not { } user)
        {
            exam.MissActingUser(chosen);
            return;
        }

        if (!exam.Has(ProvisioningChecks.CustomIntegration, CheckOutcome.Passed) || !exam.Has(ProvisioningChecks.ApiProduct(ApiProducts.Construction), CheckOutcome.Passed)) return;
        try
        {
            if (await FindMemberRoleAsync(exam, user, place, cancellationToken) is not { } role) exam.LeaveToFirstCall(ProvisioningChecks.ActingUser);
            else if (role == "account_admin") exam.Pass(ProvisioningChecks.ActingUser, $"The user {user} is an account admin.");
            else
            {
                exam.Fail(ProvisioningChecks.ActingUser, ErrorCode.ActingUserNotAllowed,
                    role.Length == 0 ? $"The account has no member {user}." : $"The user {user} is no account admin ({role}); Autodesk lets such a user act only in projects of which he or she is an admin.",
                    "Set act_as_user_id to the id of an account admin.");
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            exam.Unknown(ProvisioningChecks.ActingUser, "Autodesk's answer about the user could not be read.");
        }
    }

    /// <summary>The user's role in the account; empty when there is no such user, null when it cannot be told. Autodesk takes two kinds of ids for a user.</summary>
    private async Task<string?> FindMemberRoleAsync(Examination exam, string user, Lane.Entry place, CancellationToken cancellationToken)
    {
        if (!await MayAsync(exam, _catalog.Find(MemberAction)!)) return null;
        var one = new ActionRequest(MemberAction) { Path = new Dictionary<string, string> { ["user_id"] = user } };
        switch (await ProbeAsync(exam, one, place, cancellationToken))
        {
            case (ApsResponse.Answered { Body: { } found }, _):
                using (var member = JsonDocument.Parse(found.Memory)) return member.RootElement.GetProperty("role").GetString() ?? "";
            case (_, { Code: not ErrorCode.AutodeskNotFound }):
                return null;
        }

        var all = new ActionRequest(MembersAction) { Query = new Dictionary<string, string[]> { ["limit"] = [$"{MembersPage}"] } };
        if (await ProbeAsync(exam, all, place, cancellationToken) is not (ApsResponse.Answered { Body: { } list }, _)) return null;
        using var members = JsonDocument.Parse(list.Memory);
        foreach (var member in members.RootElement.EnumerateArray())
        {
            if (member.TryGetProperty("uid", out var uid) && uid.GetString() == user) return member.GetProperty("role").GetString() ?? "";
        }

        return members.RootElement.GetArrayLength() < MembersPage ? "" : null;
    }

    /// <summary>
    /// Looks with a read, and learns from the answer. Null when the app may not, or when Autodesk refused. A scope that no enabled action needs
    /// is used when the app has it, and not missed when it has not.
    /// </summary>
    private async Task<ApsResponse.Answered?> LookAsync(Examination exam, ActionRequest request, Lane.Entry place, CancellationToken cancellationToken, bool keepRegion = false)
    {
        var action = _catalog.Find(request.ActionId)!;
        if (!await MayAsync(exam, action)) return null;
        var (answer, error) = await ProbeAsync(exam, request, place, cancellationToken);
        if (answer is null)
        {
            if (!(keepRegion && error!.Code is ErrorCode.WrongRegion)) exam.Learn(error!, action);
            if (error!.Code is ErrorCode.CustomIntegrationMissing or ErrorCode.WrongRegion) exam.Pass(ProvisioningChecks.ApiProduct(action.ApiProduct!), "The product answered.");
            return null;
        }

        exam.Pass(ProvisioningChecks.ApiProduct(action.ApiProduct!), "The product answered.");
        return answer;
    }

    private async Task<bool> MayAsync(Examination exam, ActionDefinition action) =>
        exam.Needs.Scopes.ContainsKey(action.ScopeKey)
            ? exam.Has(ProvisioningChecks.Scope(action.ScopeKey), CheckOutcome.Passed)
            : (await AskForTokenAsync(exam.App, action.Scopes, 0, null)).Token is not null;

    private async Task<(ApsResponse.Answered? Answer, HubError? Error)> ProbeAsync(Examination exam, ActionRequest request, Lane.Entry place, CancellationToken cancellationToken)
    {
        var action = _catalog.Find(request.ActionId)!;
        var call = new ApsCall(action, request, exam.App, exam.Context, place, StartBy(_clock.GetTimestamp(), request));
        await CallAsync(call, cancellationToken);
        return call.Response switch
        {
            ApsResponse.Answered { Succeeded: true } answered => (answered, null),
            { } other => (null, ApsFailureClassifier.Classify(action, exam.Context, other)),
            null => (null, call.Refusal!),
        };
    }

    /// <summary>The region of the hub with the id; empty when the hub does not tell, null when it is not in the list.</summary>
    private static string? FindHubRegion(JsonBytes answer, string hubId)
    {
        using var document = JsonDocument.Parse(answer.Memory);
        foreach (var hub in document.RootElement.GetProperty("data").EnumerateArray())
        {
            if (hub.GetProperty("id").GetString() != hubId) continue;
            return hub.TryGetProperty("attributes", out var attributes) && attributes.TryGetProperty("region", out var region)
                ? region.GetString() ?? ""
                : "";
        }

        return null;
    }
}
