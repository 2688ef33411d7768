using System.Text.Json;
using TenantHub.Accounts;

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

    public LinkAccountRequest ToRequest() => new()
    {
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
/// The body of PATCH /accounts/{id}. StackOne's client cannot send a string label and flattens objects to <c>{}</c>; an empty object
/// changes nothing. The members that only StackOne knows are accepted and ignored.
/// </summary>
internal sealed record PatchAccountBody
{
    public string? Provider { get; init; }

    public string? OriginOwnerId { get; init; }

    public string? OriginOwnerName { get; init; }

    public string? OriginUsername { get; init; }

    public JsonElement? Label { get; init; }

    public string? Type { get; init; }

    public int? QuotaWeight { get; init; }

    public CredentialsBody? Credentials { get; init; }

    public SetupInformationBody? SetupInformation { get; init; }

    public JsonElement? Secrets { get; init; }

    public JsonElement? Metadata { get; init; }

    public string? AuthenticationConfigKey { get; init; }

    public string? Environment { get; init; }

    public string? IntegrationId { get; init; }

    public UpdateAccountRequest ToRequest() => new()
    {
        OriginOwnerId = OriginOwnerId,
        OriginOwnerName = OriginOwnerName,
        Label = Label is { ValueKind: JsonValueKind.String } label ? label.GetString() : null,
        ClientId = Credentials?.ClientId,
        ClientSecret = Credentials?.ClientSecret,
        Region = SetupInformation?.Region,
        ActAsUserId = SetupInformation?.ActAsUserId,
        Type = Type,
        QuotaWeight = QuotaWeight,
    };
}
