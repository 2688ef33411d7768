using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Autodesk.Provisioning;

/// <summary>
/// The reasons why an account cannot work, in the order in which people put things right. A new one is a new entry here, and what finds it
/// out: a failure that <see cref="Http.ApsFailureClassifier"/> gives its code, or a look of the doctor's.
/// </summary>
public static class ProvisioningCauses
{
    public const string Credentials = "credentials";
    public const string CustomIntegration = "custom_integration";
    public const string Region = "region";
    public const string ActingUser = "acting_user";
    public const string Ownership = "ownership";
    public const string ProjectData = "project_data";

    private static readonly ProvisioningCause Scopes = new()
    {
        Name = "scope:",
        Title = "Scopes of the app",
        Code = ErrorCode.ScopeNotGranted,
        Status = AccountStatus.Degraded,
        Severity = 4,
        Subjects = AutodeskScopes.All,
        IsNeeded = static (needs, scope) => needs.Scopes.ContainsKey(scope),
        SubjectOf = static action => action.Scopes.Count == 1 ? action.Scopes[0] : null,
        Stops = static (action, scope) => action.Scopes.Contains(scope),
        IsShownBy = static (action, scope) => action.Scopes.Contains(scope),
        AdminText = static (clientId, _, scope) => Catalog.AdminText.Scope(clientId, scope),
    };

    private static readonly ProvisioningCause Products = new()
    {
        Name = "api_product:",
        Title = "APIs of the app",
        Code = ErrorCode.ApiProductNotEnabled,
        Status = AccountStatus.Degraded,
        Severity = 4,
        Subjects = ApiProducts.All,
        IsNeeded = static (needs, product) => needs.ApiProducts.ContainsKey(product),
        SubjectOf = static action => action.ApiProduct,
        Stops = static (action, product) => action.ApiProduct == product,
        IsShownBy = static (action, product) => action.ApiProduct == product,
        AdminText = static (clientId, _, product) => Catalog.AdminText.ApiProduct(clientId, product),
    };

    /// <summary>Gets all of them.</summary>
    public static IReadOnlyList<ProvisioningCause> All { get; } =
    [
        new()
        {
            Name = Credentials,
            Title = "Client ID and secret",
            Code = ErrorCode.CredentialsRejected,
            Status = AccountStatus.Error,
            Severity = 0,
            IsNeeded = static (_, _) => true,
            Stops = static (_, _) => true,
            IsShownBy = static (_, _) => true,
        },
        Scopes,
        Products,
        new()
        {
            Name = CustomIntegration,
            Title = "Custom integration in the account",
            Code = ErrorCode.CustomIntegrationMissing,
            Status = AccountStatus.AwaitingProvisioning,
            Severity = 2,
            IsNeeded = static (needs, _) => needs.TouchesAccount,
            OnlyDoctorDecides = true,
            Stops = static (action, _) => action.RequiresCustomIntegration,
            IsShownBy = static (action, _) => action.RequiresCustomIntegration,
            AdminText = static (clientId, accAccountId, _) => Catalog.AdminText.CustomIntegration(clientId, accAccountId),
        },
        new()
        {
            Name = Region,
            Title = "Region",
            Code = ErrorCode.WrongRegion,
            Status = AccountStatus.Error,
            Severity = 1,
            IsNeeded = static (needs, _) => needs.TouchesAccount,
            OnlyDoctorDecides = true,
            Stops = static (action, _) => action.RequiresCustomIntegration,
        },
        new()
        {
            Name = ProjectData,
            Title = "Projects and files",
            Code = ErrorCode.ProjectDataDenied,
            Status = AccountStatus.Degraded,
            Severity = 4,
            IsNeeded = static (needs, _) => needs.ReadsProjectData,
            OnlyDoctorDecides = true,
            Stops = static (action, _) => action.ReadsProjectData,
            IsShownBy = static (action, _) => action.ReadsProjectData,
            AdminText = static (clientId, accAccountId, _) => Catalog.AdminText.ProjectData(clientId, accAccountId),
        },
        new()
        {
            Name = Ownership,
            Title = "Proof that the account is yours",
            Code = ErrorCode.OwnershipNotProven,
            Status = AccountStatus.Pending,
            Severity = 3,
            IsNeeded = static (needs, _) => needs.OwnershipProof,
            OnlyDoctorDecides = true,
            Stops = static (_, _) => true,
        },
        new()
        {
            Name = ActingUser,
            Title = "Acting user",
            Code = ErrorCode.ActingUserNotAllowed,
            Status = AccountStatus.Degraded,
            Severity = 5,
            IsNeeded = static (needs, _) => needs.ActingUser.Count > 0,

            // It stops nothing: an acting user who is no account admin may still be the admin of a project. A refusal of one call is no
            // proof either: it may concern one project, or a user whom the caller named.
            OnlyDoctorDecides = true,
            IsShownBy = static (action, _) => action.RequiresActingUser,
        },
        new()
        {
            Name = "bucket_owner",
            Title = "Buckets of other apps",
            Code = ErrorCode.NotBucketOwner,
            IsShownBy = static (action, _) => action.Path.StartsWith("/oss/", StringComparison.Ordinal),
        },
        new()
        {
            Name = "three_legged:",
            Title = "Actions for signed-in users only",
            Code = ErrorCode.NeedsThreeLegged,
            SubjectOf = static action => action.Id,
            IsShownBy = static (action, actionId) => action.Id == actionId,
        },
    ];

    /// <summary>Gives the name of the check of a scope.</summary>
    public static string Scope(string scope) => Scopes.CheckOf(scope);

    /// <summary>Gives the name of the check of an API product.</summary>
    public static string ApiProduct(string product) => Products.CheckOf(product);

    /// <summary>Gives the cause of a check and the check's subject, which is empty where there is none; null when no cause has such a
    /// check.</summary>
    public static (ProvisioningCause Cause, string Subject)? OfCheck(string check)
    {
        ArgumentNullException.ThrowIfNull(check);
        foreach (var cause in All)
        {
            if (cause.IsCheckedBy(check))
                return (cause, cause.HasSubjects ? check[cause.Name.Length..] : "");
        }

        return null;
    }

    /// <summary>Gives the cause that an error speaks of; null when it speaks of none.</summary>
    public static ProvisioningCause? OfError(ErrorCode code)
    {
        foreach (var cause in All)
        {
            if (cause.Code == code)
                return cause;
        }

        return null;
    }
}
