using TenantHub.Accounts;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Provisioning;
using TenantHub.Credentials;
using TenantHub.Errors;

namespace TenantHub.Provisioning;

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

    public void LeaveToFirstCall(string name) =>
        _found.TryAdd(
            name,
            new(name, CheckOutcome.Unknown, "Nothing that the enabled actions may read shows it; the first call will.", null, now)
            {
                LeftToFirstCall = true,
            }
        );

    public void Fail(string name, ErrorCode code, string seen, string? nextStep) =>
        _found[name] = new(name, CheckOutcome.Failed, seen, nextStep, now)
        {
            Cause = code,
            AdminText = ProvisioningCauses.OfCheck(name) is var (cause, subject)
                ? cause.AdminText?.Invoke(App.ClientId, context.AccAccountId, subject)
                : null,
        };

    public void Fail(string name, ServiceError error) => Fail(name, error.Code, error.Detail, error.NextStep);

    public void FailIntegration(string seen) =>
        Fail(
            ProvisioningCauses.CustomIntegration,
            ErrorCode.CustomIntegrationMissing,
            seen,
            ApsFailureClassifier.CustomIntegrationStep(App.ClientId)
        );

    /// <summary>The account knows the app, and Autodesk does not let it see any hub.</summary>
    public void FailProjectData(ServiceError refusal) =>
        Fail(
            ProvisioningCauses.ProjectData,
            ErrorCode.ProjectDataDenied,
            $"The account knows the app, and Autodesk refuses it the list of hubs: {refusal.Detail}",
            "An account admin looks whether a Secure Service Account is attached to the custom integration, and invites it to the projects."
        );

    public void FailOwnership(string word) =>
        _found[ProvisioningCauses.Ownership] = new(
            ProvisioningCauses.Ownership,
            CheckOutcome.Failed,
            $"No company or business unit of the account is named {word}.",
            $"An account admin adds a company named {word}.",
            now
        )
        {
            Cause = ErrorCode.OwnershipNotProven,
            AdminText = AdminText.Ownership(word, context.AccAccountId),
        };

    public void FailScope(string scope, ServiceError error) =>
        Fail(
            ProvisioningCauses.Scope(scope),
            ErrorCode.ScopeNotGranted,
            error.Detail,
            $"Allow the app the scope {scope} in the Autodesk developer portal. It is needed for {Actions(scope)}."
        );

    /// <summary>What an answer that is no success says about credentials, product, scope or account. A time-out says nothing.</summary>
    public void Learn(ServiceError error, ActionDefinition action)
    {
        if (ProvisioningCauses.OfError(error.Code) is not { IsNeeded: not null } cause || cause.SubjectOf(action) is not { } subject)
        {
            if (action.ApiProduct is { } asked)
                Unknown(ProvisioningCauses.ApiProduct(asked), error.Detail);
        }
        else if (error.Code is ErrorCode.ScopeNotGranted)
        {
            FailScope(subject, error);
        }
        else
        {
            Fail(cause.CheckOf(subject), error);
        }
    }

    /// <summary>
    /// Without an acting user some actions cannot work. Where all actions are enabled because nobody chose any, that is no fault of the
    /// account: who calls one of them will be told.
    /// </summary>
    public void MissActingUser(bool actionsWereChosen) =>
        _found[ProvisioningCauses.ActingUser] = new(
            ProvisioningCauses.ActingUser,
            actionsWereChosen ? CheckOutcome.Failed : CheckOutcome.Unknown,
            $"No acting user is set, and Autodesk demands one for {string.Join(", ", needs.ActingUser)}.",
            "Give the user id of an account admin as acting user: in the Link page, or as act_as_user_id with PATCH /accounts/{id}.",
            now
        )
        {
            Cause = ErrorCode.ActingUserRequired,
            LeftToFirstCall = !actionsWereChosen,
        };

    /// <summary>Gives every check that the doctor makes, in the order in which people put things right.</summary>
    public IReadOnlyList<ProvisioningCheck> Checks() =>
        [
            .. from cause in ProvisioningCauses.All
            where cause.IsNeeded is not null
            from subject in cause.Subjects
            select Find(cause.CheckOf(subject), cause.IsNeeded!(needs, subject)),
        ];

    private ProvisioningCheck Find(string name, bool needed) =>
        !needed
            ? new(name, CheckOutcome.NotNeeded, "No enabled action needs it.", null, now)
            : _found.GetValueOrDefault(name)
                ?? new(name, CheckOutcome.Unknown, "It could not be looked at, because of what failed before it.", null, now);

    private string Actions(string scope) =>
        !needs.Scopes.TryGetValue(scope, out var actions) ? "this look"
        : actions.Count <= 3 ? string.Join(", ", actions)
        : $"{string.Join(", ", actions.Take(3))} and {actions.Count - 3} more";
}
