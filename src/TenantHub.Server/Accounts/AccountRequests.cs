using System.Text.Json;
using TenantHub.Accounts;
using TenantHub.Errors;

namespace TenantHub.Server.Accounts;

/// <summary>The body of POST /accounts.</summary>
internal sealed record LinkAccountBody
{
    public string? Provider { get; init; }

    public string? OriginOwnerId { get; init; }

    public string? OriginOwnerName { get; init; }

    public string? Label { get; init; }

    public string? ProfileId { get; init; }

    public string? Type { get; init; }

    public int? QuotaWeight { get; init; }

    public CredentialsBody? Credentials { get; init; }

    public SetupInformationBody? SetupInformation { get; init; }

    /// <summary>Gets whether the owner may share an Autodesk account that another owner holds; only an operator of all customers may say
    /// so.</summary>
    public bool? ShareAccount { get; init; }

    public LinkAccountRequest ToRequest() =>
        new()
        {
            MayShareAccount = ShareAccount == true,
            OriginOwnerId = OriginOwnerId ?? "",
            OriginOwnerName = OriginOwnerName ?? "",
            Label = Label,
            ProfileId = ProfileId,
            ClientId = Credentials?.ClientId,
            ClientSecret = Credentials?.ClientSecret,
            AccAccountId = SetupInformation?.AccAccountId ?? "",
            Region = SetupInformation?.Region ?? Regions.Default,
            ActAsUserId = string.IsNullOrWhiteSpace(SetupInformation?.ActAsUserId) ? null : SetupInformation.ActAsUserId,
            Type = Type ?? "production",
            QuotaWeight = QuotaWeight ?? 1,
        };
}

/// <summary>The Autodesk app's client id and secret. Where only the secret is changed the id may be left out.</summary>
internal sealed record CredentialsBody
{
    public string? ClientId { get; init; }

    public Secret? ClientSecret { get; init; }
}

/// <summary>Which Autodesk account is linked.</summary>
internal sealed record SetupInformationBody
{
    public string? AccAccountId { get; init; }

    public string? Region { get; init; }

    public string? ActAsUserId { get; init; }
}

/// <summary>
/// The body of PATCH /accounts/{id}. What is left out stays, and null clears what an account may be without: label and acting user.
/// StackOne's client cannot send a string label and flattens objects to <c>{}</c>; an empty object changes nothing. The members that only
/// StackOne knows are accepted and ignored.
/// </summary>
internal sealed record PatchAccountBody
{
    public string? Provider { get; init; }

    public string? OriginOwnerId { get; init; }

    public string? OriginOwnerName { get; init; }

    public string? OriginUsername { get; init; }

    public JsonElement Label { get; init; }

    public string? Type { get; init; }

    public int? QuotaWeight { get; init; }

    public CredentialsBody? Credentials { get; init; }

    public ChangedSetupBody? SetupInformation { get; init; }

    public JsonElement? Secrets { get; init; }

    public JsonElement? Metadata { get; init; }

    public string? AuthenticationConfigKey { get; init; }

    public string? Environment { get; init; }

    public string? IntegrationId { get; init; }

    /// <summary>Tells what is neither a text, nor null, nor left out.</summary>
    public ServiceError? Fault()
    {
        var faults = new List<InputFault>();
        if (!IsText(Label))
            faults.Add(new("label", "must be a text, or null to clear it."));
        if (SetupInformation is { } setup && !IsText(setup.ActAsUserId))
            faults.Add(new("setup_information.act_as_user_id", "must be a text, or null to clear it."));
        return faults.Count == 0 ? null : InputFault.Tell(faults, "Correct the fields; nothing was changed.");
    }

    public UpdateAccountRequest ToRequest() =>
        new()
        {
            OriginOwnerId = OriginOwnerId,
            OriginOwnerName = OriginOwnerName,
            Label = Text(Label),
            ClientId = Credentials?.ClientId,
            ClientSecret = Credentials?.ClientSecret,
            Region = SetupInformation?.Region,
            ActAsUserId = SetupInformation is { } setup ? Text(setup.ActAsUserId) : null,
            Type = Type,
            QuotaWeight = QuotaWeight,
        };

    private static bool IsText(JsonElement value) =>
        value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String
        || (value.ValueKind is JsonValueKind.Object && value.GetPropertyCount() == 0);

    /// <summary>A change's text: null for what stays, empty for what is cleared.</summary>
    private static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => "",
            _ => null,
        };
}

/// <summary>What of the Autodesk account is changed.</summary>
internal sealed record ChangedSetupBody
{
    public string? AccAccountId { get; init; }

    public string? Region { get; init; }

    public JsonElement ActAsUserId { get; init; }
}
