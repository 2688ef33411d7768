using System.Text.Json.Serialization;
using TenantHub.Accounts;

namespace TenantHub.Server.Accounts;

/// <summary>StackOne's LinkedAccount, with our own status, next step and profile beside it; never a secret.</summary>
internal sealed record LinkedAccountResponse
{
    public required string Id { get; init; }

    public required string Provider { get; init; }

    public required string ProviderName { get; init; }

    /// <summary>Gets StackOne's word for the status.</summary>
    public required string Status { get; init; }

    public required IReadOnlyList<StatusReasonResponse> StatusReasons { get; init; }

    public required string OriginOwnerId { get; init; }

    public required string OriginOwnerName { get; init; }

    public string? OriginUsername { get; init; }

    public required CredentialsResponse Credentials { get; init; }

    public required SetupInformationResponse SetupInformation { get; init; }

    public string? Label { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string Type { get; init; }

    public string? ProfileId { get; init; }

    /// <summary>Gets the account's share of permits beside others of the same client id.</summary>
    public required int QuotaWeight { get; init; }

    /// <summary>Gets our own, finer status.</summary>
    public required AccountStatus HubStatus { get; init; }

    public required string Reason { get; init; }

    public string? NextStep { get; init; }

    public required DateTimeOffset StatusSince { get; init; }

    /// <summary>Gets the doctor's checks, in the answer to a verification; they are also part of GET /accounts/{id}/state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProvisioningCheck>? Checks { get; init; }

    /// <summary>Gets whether more than one owner has linked, or tried to link, the same Autodesk account; told in the list to who may see
    /// all owners.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? IsContested { get; init; }

    public static LinkedAccountResponse From(AccountDescription account) =>
        new()
        {
            Id = account.Id,
            Provider = Connector.Key,
            ProviderName = Connector.Name,
            Status = StackOneStatus.Of(account.Status),
            StatusReasons = account.Status is AccountStatus.Active ? [] : [new(account.Reason, account.NextStep, account.StatusSince)],
            OriginOwnerId = account.OriginOwnerId,
            OriginOwnerName = account.OriginOwnerName,
            Credentials = new(account.ClientId),
            SetupInformation = new(account.AccAccountId, account.Region, account.ActAsUserId),
            Label = account.Label,
            CreatedAt = account.CreatedAt,
            UpdatedAt = account.UpdatedAt,
            Type = account.Type,
            ProfileId = account.ProfileId,
            QuotaWeight = account.QuotaWeight,
            HubStatus = account.Status,
            Reason = account.Reason,
            NextStep = account.NextStep,
            StatusSince = account.StatusSince,
        };
}

/// <summary>Why an account is not simply active.</summary>
internal sealed record StatusReasonResponse(string Code, string? Description, DateTimeOffset Timestamp);

/// <summary>The public half of the credentials.</summary>
internal sealed record CredentialsResponse(string ClientId);

/// <summary>Which Autodesk account is linked.</summary>
internal sealed record SetupInformationResponse(string AccAccountId, string Region, string? ActAsUserId);
