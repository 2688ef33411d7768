using TenantHub.Autodesk;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Profiles;

namespace TenantHub.Accounts;

/// <summary>Checks what whoever links or changes an account has given. All faults are listed at once.</summary>
internal static class AccountInput
{
    private const int MaxText = 255;

    public static ServiceError? Check(LinkAccountRequest request)
    {
        var faults = new List<InputFault>();
        Required(faults, "origin_owner_id", request.OriginOwnerId);
        Required(faults, "origin_owner_name", request.OriginOwnerName);
        Optional(faults, "label", request.Label);
        CheckUserId(faults, request.ActAsUserId);
        CheckAccountId(faults, request.AccAccountId);
        CheckRegion(faults, request.Region);
        CheckType(faults, request.Type);
        CheckWeight(faults, request.QuotaWeight);
        if (request.ProfileId is { } profile && !ProfileDescription.IsId(profile))
            faults.Add(NoProfileId());
        CheckCredentials(faults, request.ClientId, request.ClientSecret);
        return InputErrors.Of(faults);
    }

    public static ServiceError? CheckRecording(int calls) =>
        calls is >= 1 and <= CallRecording.MaxCalls
            ? null
            : InputErrors.Of([new("calls", $"must be a whole number from 1 to {CallRecording.MaxCalls}.")]);

    public static ServiceError? Check(UpdateAccountRequest request)
    {
        var faults = new List<InputFault>();
        if (request.OriginOwnerId is not null)
            Required(faults, "origin_owner_id", request.OriginOwnerId);
        if (request.OriginOwnerName is not null)
            Required(faults, "origin_owner_name", request.OriginOwnerName);
        Optional(faults, "label", request.Label);
        CheckUserId(faults, request.ActAsUserId);
        if (request.AccAccountId is not null)
            CheckAccountId(faults, request.AccAccountId);
        if (request.Region is not null)
            CheckRegion(faults, request.Region);
        if (request.Type is not null)
            CheckType(faults, request.Type);
        if (request.QuotaWeight is { } weight)
            CheckWeight(faults, weight);
        CheckCredentials(faults, request.ClientId, request.ClientSecret);
        return InputErrors.Of(faults);
    }

    internal static InputFault NoProfileId() => new("profile_id", "must be the id of a connector profile, as GET /profiles gives it.");

    /// <summary>A rotation changes the secret and never the app: another app has to be provisioned first.</summary>
    public static ServiceError? CheckRotation(string inForce, string? given, Secret secret)
    {
        var faults = new List<InputFault>();
        CheckCredentials(faults, inForce, secret);
        if (given is not null && given != inForce)
            faults.Add(new("client_id", $"must be the app in force, {inForce}, or left out: only its secret is changed here."));
        return InputErrors.Of(faults);
    }

    /// <summary>The account id as Autodesk's account APIs want it: lower case, without the hub's <c>b.</c>.</summary>
    public static string BareAccountId(string text) => AccId.Bare(text.Trim());

    internal static void Required(List<InputFault> faults, string field, string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            faults.Add(new(field, "is required and must not be empty."));
        else
            Optional(faults, field, value);
    }

    internal static void Optional(List<InputFault> faults, string field, string? value)
    {
        if (value is null)
            return;
        if (value.Length > MaxText)
            faults.Add(new(field, $"must have at most {MaxText} characters."));
        if (ShownText.Steers(value))
            faults.Add(new(field, "must not hold control characters, nor such as turn the direction of writing."));
    }

    private static void CheckUserId(List<InputFault> faults, string? id)
    {
        const string field = "setup_information.act_as_user_id";
        if (id is not null && id.AsSpan().ContainsAnyExceptInRange('!', '~'))
            faults.Add(new(field, "must be a user id: visible ASCII characters, without spaces.")); // It travels in a header.
        else
            Optional(faults, field, id);
    }

    private static void CheckAccountId(List<InputFault> faults, string? id)
    {
        if (!AccId.IsBare(BareAccountId(id ?? "")))
            faults.Add(
                new(
                    "setup_information.acc_account_id",
                    "must be Autodesk's account id, a UUID such as 11111111-2222-4333-8444-555555555555, with or without \"b.\" before it."
                )
            );
    }

    private static void CheckRegion(List<InputFault> faults, string? region)
    {
        if (region is null || Regions.Normalize(region) is null)
            faults.Add(new("setup_information.region", $"must be one of {string.Join(", ", Regions.All)}."));
    }

    private static void CheckType(List<InputFault> faults, string? type)
    {
        if (type is not ("production" or "test"))
            faults.Add(new("type", "must be \"production\" or \"test\"."));
    }

    private static void CheckWeight(List<InputFault> faults, int weight)
    {
        if (weight is < 1 or > 100)
            faults.Add(new("quota_weight", "must be a whole number from 1 to 100."));
    }

    internal static void CheckCredentials(List<InputFault> faults, string? clientId, Secret? clientSecret)
    {
        if (clientId is null != clientSecret is null)
            faults.Add(new("credentials", "client_id and client_secret come together: both or neither."));
        if (
            clientId is not null
            && (
                clientId.Length is 0 or > MaxText
                || clientId.Any(letter => letter is ':' or '|' || char.IsControl(letter) || char.IsWhiteSpace(letter))
            )
        )
            faults.Add(new("credentials.client_id", "must be the app's client id as Autodesk shows it, without spaces, ':' or '|'."));
        if (clientSecret?.Reveal() is { } secret && (secret.Length > MaxText || secret.Any(char.IsControl)))
            faults.Add(
                new("credentials.client_secret", $"must be the app's client secret as Autodesk shows it, at most {MaxText} characters.")
            );
    }
}
