using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Provisioning;
using TenantHub.Calls;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Profiles;

namespace TenantHub.Provisioning;

/// <summary>
/// The doctor: is everything there that the enabled actions need, and if not, what is missing? It only looks; nothing is changed at
/// Autodesk.
/// 1. Credentials and scopes: one token with every scope, and when Autodesk refuses it, one for each scope.
/// 2. API products and the account: the cheapest look in each product. The hubs list shows the account and its region, the members' list
/// too.
/// 3. The acting user.
/// 4. The customer's control of the account, where the profile demands a proof.
/// </summary>
internal sealed class Doctor(
    ActionCatalog catalog,
    AutodeskCalls calls,
    AccessTokens tokens,
    IOptions<ProvisioningOptions> options,
    TimeProvider clock
)
{
    private const int MembersPage = 100;
    private const int CompaniesPage = 100;
    private const int CompaniesPages = 20;

    /// <summary>Examines an account with the given credentials, which need not be the stored ones. Whoever calls holds the lane.</summary>
    public async Task<IReadOnlyList<ProvisioningCheck>> ExamineAsync(
        ActiveAccount account,
        ClientApp app,
        LinkedAccountContext context,
        ProfileApp? profile,
        Lane.Entry place,
        CancellationToken cancellationToken
    )
    {
        var needs = ScopeGuide.For(
            profile?.EnabledActions is { } enabled ? enabled.Select(catalog.Find).OfType<ActionDefinition>() : catalog.All
        );
        needs = needs with { OwnershipProof = profile?.OwnershipProof is OwnershipProof.Code && account.State.ProvenAt is null };
        var exam = new Examination(needs, app, context, clock.GetUtcNow());
        var visit = new Visit(account, exam, place, cancellationToken);

        // What was proven of this Autodesk account stays proven: the word may have been deleted since, as it was said.
        if (needs.OwnershipProof && EarlierProof(account, context) is { } proof)
            exam.Pass(proof.Name, proof.Seen);

        // 1. Credentials and scopes.
        await ExamineScopesAsync(visit);
        if (!exam.Has(ProvisioningCauses.Credentials, CheckOutcome.Passed))
            return exam.Checks();

        // 2. API products and the account.
        var (shown, refusal) = needs.TouchesAccount ? await ExamineHubsAsync(visit) : (false, null);
        if (needs.ApiProducts.ContainsKey(ApiProducts.Construction) || (needs.TouchesAccount && !shown))
            await ExamineMembersAsync(visit);
        if (refusal is not null && exam.Has(ProvisioningCauses.CustomIntegration, CheckOutcome.Passed))
            exam.FailProjectData(refusal);
        await ExamineProductAsync(visit, ApiProducts.DataManagement, ActionRole.ListsBuckets);
        await ExamineProductAsync(visit, ApiProducts.Webhooks, ActionRole.ListsWebhooks);
        exam.LeaveToFirstCall(ProvisioningCauses.ApiProduct(ApiProducts.Construction));
        exam.LeaveToFirstCall(ProvisioningCauses.CustomIntegration);
        exam.LeaveToFirstCall(ProvisioningCauses.ProjectData);
        if (exam.Has(ProvisioningCauses.CustomIntegration, CheckOutcome.Failed))
            exam.Unknown(ProvisioningCauses.Region, "Autodesk tells it when the custom integration is there.");
        exam.LeaveToFirstCall(ProvisioningCauses.Region);

        // 3. The acting user.
        if (needs.ActingUser.Count > 0)
            await ExamineActingUserAsync(visit, profile?.EnabledActions is not null);

        // 4. The customer's control of the account.
        if (needs.OwnershipProof && !exam.Has(ProvisioningCauses.Ownership, CheckOutcome.Passed))
            await ExamineOwnershipAsync(visit);
        return exam.Checks();
    }

    private static ProvisioningCheck? EarlierProof(ActiveAccount account, LinkedAccountContext context) =>
        account.State.Account?.AccAccountId == context.AccAccountId
            ? account.State.Checks.FirstOrDefault(check => check is { Name: ProvisioningCauses.Ownership, Outcome: CheckOutcome.Passed })
            : null;

    /// <summary>
    /// Looks for the word of this link among the names that only an account admin can give. What cannot be looked at proves nothing, so it
    /// fails: until the word is seen no call of the account is sent.
    /// </summary>
    private async Task ExamineOwnershipAsync(Visit visit)
    {
        var word = OwnershipWord.Of(visit.Account.Id);
        for (var offset = 0; offset < CompaniesPage * CompaniesPages; offset += CompaniesPage)
        {
            var query = new Dictionary<string, string[]>
            {
                ["limit"] = [$"{CompaniesPage}"],
                ["offset"] = [string.Create(CultureInfo.InvariantCulture, $"{offset}")],
            };
            var (found, rows) = await FindNameAsync(
                visit,
                new ActionRequest(catalog.Of(ActionRole.ListsCompanies).Id) { Query = query },
                null,
                word
            );
            if (found)
            {
                visit.Exam.Pass(ProvisioningCauses.Ownership, $"The account has a company named {word}. It may be deleted again.");
                return;
            }

            if (rows < CompaniesPage)
                break;
        }

        if ((await FindNameAsync(visit, new ActionRequest(catalog.Of(ActionRole.ListsBusinessUnits).Id), "business_units", word)).Found)
            visit.Exam.Pass(ProvisioningCauses.Ownership, $"The account has a business unit named {word}. It may be deleted again.");
        else
            visit.Exam.FailOwnership(word);
    }

    private async Task<(bool Found, int Rows)> FindNameAsync(Visit visit, ActionRequest request, string? member, string name)
    {
        if (
            !await MayAsync(visit, catalog.Find(request.ActionId)!)
            || await ProbeAsync(visit, request) is not (ApsResponse.Answered { Body: { } body }, _)
        )
            return (false, 0);
        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            var rows = member is null ? document.RootElement : document.RootElement.GetProperty(member);
            return (rows.EnumerateArray().Any(row => row.Text("name") == name), rows.GetArrayLength());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return (false, 0);
        }
    }

    /// <summary>Asks for a token, which is all that a secret is for: why Autodesk does not accept it, or null. A scope that the app lacks
    /// does not speak against the secret.</summary>
    public async Task<ServiceError?> TryAsync(ClientApp candidate)
    {
        var result = await tokens.AskAsync(candidate, catalog.Of(ActionRole.ListsHubs).Scopes, null);
        return result.Refusal is { Code: not ErrorCode.ScopeNotGranted } refusal ? refusal : null;
    }

    private async Task ExamineScopesAsync(Visit visit)
    {
        var exam = visit.Exam;
        var scopes = exam.Needs.Scopes.Keys.ToList();
        var all = await tokens.AskAsync(exam.App, scopes, options.Value.ReverifyAfter);
        if (
            all.Refusal is { Code: ErrorCode.CredentialsRejected }
            && OtherApp(visit) is { } other
            && await tokens.AskAsync(other, scopes, options.Value.ReverifyAfter)
                is { Refusal: not { Code: ErrorCode.CredentialsRejected } } second
        )
        {
            (exam.App, all) = (other, second);
        }

        if (all.Token is not null)
        {
            exam.Pass(ProvisioningCauses.Credentials, ProvisioningChecks.CredentialsSeen);
            foreach (var scope in scopes)
                exam.Pass(ProvisioningCauses.Scope(scope), "Autodesk gave a token with this scope.");
            return;
        }

        if (all.Refusal!.Code is not ErrorCode.ScopeNotGranted)
        {
            if (all.Refusal.Code is ErrorCode.CredentialsRejected)
                exam.Fail(ProvisioningCauses.Credentials, all.Refusal);
            else
                exam.Unknown(ProvisioningCauses.Credentials, all.Refusal.Detail);
            return;
        }

        foreach (var scope in scopes)
        {
            var one = scopes.Count == 1 ? all : await tokens.AskAsync(exam.App, [scope], options.Value.ReverifyAfter);
            if (one.Token is not null)
                exam.Pass(ProvisioningCauses.Scope(scope), "Autodesk gave a token with this scope.");
            else if (one.Refusal!.Code is ErrorCode.ScopeNotGranted)
                exam.FailScope(scope, one.Refusal);
            else
                exam.Unknown(ProvisioningCauses.Scope(scope), one.Refusal.Detail);
        }

        // Only a token shows that the secret is right.
        if (scopes.Any(scope => exam.Has(ProvisioningCauses.Scope(scope), CheckOutcome.Passed)))
            exam.Pass(ProvisioningCauses.Credentials, ProvisioningChecks.CredentialsSeen);
        else
            exam.Unknown(ProvisioningCauses.Credentials, "Autodesk gave no token: it refuses every scope that the enabled actions need.");
    }

    /// <summary>The app with the other secret while two are held; a secret on trial stands for itself.</summary>
    private static ClientApp? OtherApp(Visit visit) =>
        visit.Exam.App.IsOnTrial || visit.Account.Record.Linked is null
            ? null
            : visit.Account.Apps.Instead(visit.Exam.App).FirstOrDefault();

    /// <summary>Whether the account and its region were seen in the list of hubs; or why Autodesk does not let the app see any
    /// list.</summary>
    private async Task<(bool Shown, ServiceError? Refusal)> ExamineHubsAsync(Visit visit)
    {
        var exam = visit.Exam;
        var (answer, error) = await LookAsync(visit, new ActionRequest(catalog.Of(ActionRole.ListsHubs).Id));
        if (answer is not { Body: { } hubs })
            return (false, error is { Code: ErrorCode.CustomIntegrationMissing } ? error : null);
        string? region;
        try
        {
            region = FindHubRegion(hubs, exam.Context.HubId);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return default; // The list cannot be read, and nothing is known of the account.
        }

        if (region is null)
        {
            exam.FailIntegration(
                $"Autodesk does not list the account {exam.Context.AccAccountId} to the client id {exam.App.ClientId}: the client id has not been added, or the account id is another one."
            );
            return default;
        }

        exam.Pass(ProvisioningCauses.CustomIntegration, "Autodesk lists the account's hub to this client id.");
        exam.Pass(ProvisioningCauses.ProjectData, "Autodesk lists the account's hub to this client id.");
        if (region.Length == 0)
            return default;
        if (Regions.Normalize(region) == exam.Context.Region)
        {
            exam.Pass(ProvisioningCauses.Region, $"The hub says region {exam.Context.Region}.");
        }
        else
        {
            exam.Fail(
                ProvisioningCauses.Region,
                ErrorCode.WrongRegion,
                $"The hub is in region {region}, the link says {exam.Context.Region}.",
                $"Set the region to {Regions.Normalize(region) ?? region}."
            );
        }

        return (true, null);
    }

    /// <summary>The members' list answers only when the client id is known in the account, and only in the account's own region.</summary>
    private async Task ExamineMembersAsync(Visit visit)
    {
        var exam = visit.Exam;
        var regionFailed = exam.Has(ProvisioningCauses.Region, CheckOutcome.Failed);
        var request = new ActionRequest(catalog.Of(ActionRole.ListsMembers).Id)
        {
            Query = new Dictionary<string, string[]> { ["limit"] = ["1"] },
        };
        if ((await LookAsync(visit, request, keepRegion: regionFailed)).Answer is null || regionFailed)
            return;
        exam.Pass(ProvisioningCauses.CustomIntegration, "Autodesk lists the account's members to this client id.");
        exam.Pass(ProvisioningCauses.Region, $"Autodesk finds the account in region {exam.Context.Region}.");
    }

    private async Task ExamineProductAsync(Visit visit, string product, ActionRole role)
    {
        var check = ProvisioningCauses.ApiProduct(product);
        if (!visit.Exam.Needs.ApiProducts.ContainsKey(product) || IsDecided())
            return;
        await LookAsync(visit, new ActionRequest(catalog.Of(role).Id));
        if (!IsDecided())
            visit.Exam.LeaveToFirstCall(check);

        bool IsDecided() => visit.Exam.Has(check, CheckOutcome.Passed) || visit.Exam.Has(check, CheckOutcome.Failed);
    }

    private async Task ExamineActingUserAsync(Visit visit, bool actionsWereChosen)
    {
        var exam = visit.Exam;
        if (exam.Context.ActingUserId is not { } user)
        {
            exam.MissActingUser(actionsWereChosen);
            return;
        }

        if (
            !exam.Has(ProvisioningCauses.CustomIntegration, CheckOutcome.Passed)
            || !exam.Has(ProvisioningCauses.ApiProduct(ApiProducts.Construction), CheckOutcome.Passed)
        )
            return;
        try
        {
            switch (await FindMemberRoleAsync(visit, user))
            {
                case null:
                    exam.LeaveToFirstCall(ProvisioningCauses.ActingUser);
                    break;
                case "account_admin":
                    exam.Pass(ProvisioningCauses.ActingUser, $"The user {user} is an account admin.");
                    break;
                case var role:
                    exam.Fail(
                        ProvisioningCauses.ActingUser,
                        ErrorCode.ActingUserNotAllowed,
                        role.Length == 0
                            ? $"The account has no member {user}."
                            : $"The user {user} is no account admin ({role}); Autodesk lets such a user act only in projects of which he or she is an admin.",
                        "Set act_as_user_id to the id of an account admin."
                    );
                    break;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            exam.Unknown(ProvisioningCauses.ActingUser, "Autodesk's answer about the user could not be read.");
        }
    }

    /// <summary>The user's role in the account; empty when there is no such user, null when it cannot be told. Autodesk takes two kinds of
    /// ids for a user.</summary>
    private async Task<string?> FindMemberRoleAsync(Visit visit, string user)
    {
        if (!await MayAsync(visit, catalog.Of(ActionRole.ShowsMember)))
            return null;
        var one = new ActionRequest(catalog.Of(ActionRole.ShowsMember).Id) { Path = new Dictionary<string, string> { ["user_id"] = user } };
        switch (await ProbeAsync(visit, one))
        {
            case (ApsResponse.Answered { Body: { } found }, _):
                using (var member = JsonDocument.Parse(found.Memory))
                    return member.RootElement.GetProperty("role").GetString() ?? "";
            case (_, { Code: not ErrorCode.AutodeskNotFound }):
                return null;
        }

        var all = new ActionRequest(catalog.Of(ActionRole.ListsMembers).Id)
        {
            Query = new Dictionary<string, string[]> { ["limit"] = [$"{MembersPage}"] },
        };
        if (await ProbeAsync(visit, all) is not (ApsResponse.Answered { Body: { } list }, _))
            return null;
        using var members = JsonDocument.Parse(list.Memory);
        foreach (var member in members.RootElement.EnumerateArray())
        {
            if (member.TryGetProperty("uid", out var uid) && uid.GetString() == user)
                return member.GetProperty("role").GetString() ?? "";
        }

        return members.RootElement.GetArrayLength() < MembersPage ? "" : null;
    }

    /// <summary>
    /// Looks with a read, and learns from the answer. Nothing comes of it when the app may not. A scope that no enabled action needs
    /// is used when the app has it, and not missed when it has not.
    /// </summary>
    private async Task<(ApsResponse.Answered? Answer, ServiceError? Error)> LookAsync(
        Visit visit,
        ActionRequest request,
        bool keepRegion = false
    )
    {
        var action = catalog.Find(request.ActionId)!;
        if (!await MayAsync(visit, action))
            return default;
        var (answer, error) = await ProbeAsync(visit, request);
        if (error is not null && !(keepRegion && error.Code is ErrorCode.WrongRegion))
            visit.Exam.Learn(error, action);
        if (answer is not null || error!.Code is ErrorCode.CustomIntegrationMissing or ErrorCode.WrongRegion)
            visit.Exam.Pass(ProvisioningCauses.ApiProduct(action.ApiProduct!), "The product answered.");
        return (answer, error);
    }

    private async Task<bool> MayAsync(Visit visit, ActionDefinition action) =>
        visit.Exam.Needs.Scopes.ContainsKey(action.ScopeKey)
            ? visit.Exam.Has(ProvisioningCauses.Scope(action.ScopeKey), CheckOutcome.Passed)
            : (await tokens.AskAsync(visit.Exam.App, action.Scopes, null)).Token is not null;

    private async Task<(ApsResponse.Answered? Answer, ServiceError? Error)> ProbeAsync(Visit visit, ActionRequest request)
    {
        var action = catalog.Find(request.ActionId)!;
        var call = new ApsCall(
            visit.Account,
            action,
            request,
            visit.Exam.App,
            visit.Exam.Context,
            visit.Place,
            visit.Account.StartByDefault()
        )
        {
            IsLook = true,
        };
        await calls.RunAsync(call, visit.CancellationToken);
        return call.Response switch
        {
            ApsResponse.Answered { Succeeded: true } answered => (answered, null),
            { } other => (null, ApsFailureClassifier.Classify(action, visit.Exam.Context, other)),
            null => (null, call.Refusal!),
        };
    }

    /// <summary>The region of the hub with the id; empty when the hub does not tell, null when it is not in the list.</summary>
    private static string? FindHubRegion(JsonBytes answer, string hubId)
    {
        using var document = JsonDocument.Parse(answer.Memory);
        foreach (var hub in document.RootElement.GetProperty("data").EnumerateArray())
        {
            if (string.Equals(hub.Text("id"), hubId, StringComparison.OrdinalIgnoreCase))
                return hub.Text("attributes", "region") ?? "";
        }

        return null;
    }

    /// <summary>One examination: of whom, what has been found, and in which place of the lane.</summary>
    private sealed record Visit(ActiveAccount Account, Examination Exam, Lane.Entry Place, CancellationToken CancellationToken);
}
