using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Credentials;
using TenantHub.Errors;

namespace TenantHub.Accounts;

/// <summary>
/// The doctor's record of one examination: which checks the enabled actions need, and what has been found. A check that nothing decided is
/// unknown; one that no enabled action needs is not needed.
/// </summary>
internal sealed class Examination(ScopeGuide needs, ClientApp app, LinkedAccountContext context, DateTimeOffset now)
{
    private readonly Dictionary<string, ProvisioningCheck> _found = [];

    public ScopeGuide Needs => needs;

    /// <summary>Gets or sets the app with the secret that Autodesk accepts, while two are held.</summary>
    public ClientApp App { get; set; } = app;

    public LinkedAccountContext Context => context;

    public bool Has(string name, CheckOutcome outcome) => _found.TryGetValue(name, out var check) && check.Outcome == outcome;

    public void Pass(string name, string seen) => _found[name] = new(name, CheckOutcome.Passed, seen, null, now);

    public void Unknown(string name, string seen) => _found.TryAdd(name, new(name, CheckOutcome.Unknown, seen, null, now));

    public void LeaveToFirstCall(string name) => _found.TryAdd(name, new(name, CheckOutcome.Unknown,
        "Nothing that the enabled actions may read shows it; the first call will.", null, now) { LeftToFirstCall = true });

    public void Fail(string name, ErrorCode cause, string seen, string? nextStep, string? adminText = null) =>
        _found[name] = new(name, CheckOutcome.Failed, seen, nextStep, now) { Cause = cause, AdminText = adminText };

    public void FailIntegration(string seen) => Fail(
        ProvisioningChecks.CustomIntegration, ErrorCode.CustomIntegrationMissing, seen, ApsFailureClassifier.CustomIntegrationStep(App.ClientId), AdminText.CustomIntegration(App.ClientId, context.AccAccountId));

    /// <summary>What an answer that is no success says about credentials, product, scope or account. A time-out says nothing.</summary>
    public void Learn(HubError error, ActionDefinition action)
    {
        switch (error.Code)
        {
            case ErrorCode.CustomIntegrationMissing:
                FailIntegration(error.Detail);
                break;
            case ErrorCode.WrongRegion:
                Fail(ProvisioningChecks.Region, error.Code, error.Detail, error.NextStep);
                break;
            case ErrorCode.ApiProductNotEnabled when action.ApiProduct is { } product:
                Fail(ProvisioningChecks.ApiProduct(product), error.Code, error.Detail, error.NextStep, AdminText.ApiProduct(App.ClientId, product));
                break;
            case ErrorCode.ScopeNotGranted when action.Scopes.Count == 1:
                FailScope(action.Scopes[0], error.Detail);
                break;
            case ErrorCode.CredentialsRejected:
                Fail(ProvisioningChecks.Credentials, error.Code, error.Detail, error.NextStep);
                break;
            default:
                if (action.ApiProduct is { } asked) Unknown(ProvisioningChecks.ApiProduct(asked), error.Detail);
                break;
        }
    }

    public void FailScope(string scope, string seen) => Fail(
        ProvisioningChecks.Scope(scope), ErrorCode.ScopeNotGranted, seen, $"Allow the app the scope {scope} in the Autodesk developer portal. It is needed for {Actions(scope)}.", AdminText.Scope(App.ClientId, scope));

    /// <summary>
    /// Without an acting user some actions cannot work. Where all actions are enabled because nobody chose any, that is no fault of the account:
    /// who calls one of them will be told.
    /// </summary>
    public void MissActingUser(bool actionsWereChosen) => _found[ProvisioningChecks.ActingUser] = new(
        ProvisioningChecks.ActingUser, actionsWereChosen ? CheckOutcome.Failed : CheckOutcome.Unknown, $"No acting user is set, and Autodesk demands one for {string.Join(", ", needs.ActingUser)}.",
        "Give the user id of an account admin as acting user: in the Link page, or as act_as_user_id with PATCH /accounts/{id}.", now)
    {
        Cause = ErrorCode.ActingUserRequired, LeftToFirstCall = !actionsWereChosen,
    };

    /// <summary>Every check there is, in the order in which people put things right.</summary>
    public IReadOnlyList<ProvisioningCheck> Conclude() =>
    [
        Find(ProvisioningChecks.Credentials, true),
        .. AutodeskScopes.All.Select(scope => Find(ProvisioningChecks.Scope(scope), needs.Scopes.ContainsKey(scope))),
        .. ApiProducts.All.Select(product => Find(ProvisioningChecks.ApiProduct(product), needs.ApiProducts.ContainsKey(product))),
        Find(ProvisioningChecks.CustomIntegration, needs.TouchesAccount),
        Find(ProvisioningChecks.Region, needs.TouchesAccount),
        Find(ProvisioningChecks.ActingUser, needs.ActingUser.Count > 0),
    ];

    private ProvisioningCheck Find(string name, bool needed) =>
        !needed ? new(name, CheckOutcome.NotNeeded, "No enabled action needs it.", null, now)
        : _found.GetValueOrDefault(name) ?? new(name, CheckOutcome.Unknown, "It could not be looked at, because of what failed before it.", null, now);

    private string Actions(string scope) =>
        !needs.Scopes.TryGetValue(scope, out var actions) ? "this look"
        : actions.Count <= 3 ? string.Join(", ", actions)
        : $"{string.Join(", ", actions.Take(3))} and {actions.Count - 3} more";
}
