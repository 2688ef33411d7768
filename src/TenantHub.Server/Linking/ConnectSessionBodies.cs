using System.Text.Json;
using System.Text.Json.Serialization;
using TenantHub.Linking;

namespace TenantHub.Server.Linking;

/// <summary>StackOne's ConnectSessionCreate, and our profile. What only StackOne knows is accepted and ignored.</summary>
internal sealed record CreateConnectSessionBody
{
    public IReadOnlyList<string>? Categories { get; init; }

    public string? Provider { get; init; }

    public string? ProviderVersion { get; init; }

    public string? OriginOwnerId { get; init; }

    public string? OriginOwnerName { get; init; }

    public string? OriginUsername { get; init; }

    public string? AccountId { get; init; }

    public double? ExpiresIn { get; init; }

    public JsonElement? Metadata { get; init; }

    public bool? Multiple { get; init; }

    public string? Label { get; init; }

    public string? Type { get; init; }

    /// <summary>Gets the connector profile, in the member that StackOne's clients can send.</summary>
    public string? IntegrationId { get; init; }

    /// <summary>Gets the connector profile.</summary>
    public string? ProfileId { get; init; }

    public string? ExternalTriggerToken { get; init; }

    public ConnectSessionRequest ToRequest(string? defaultProfile) =>
        new()
        {
            OriginOwnerId = OriginOwnerId ?? "",
            OriginOwnerName = OriginOwnerName ?? "",
            OriginUsername = OriginUsername,
            AccountId = AccountId,
            ProfileId = ProfileId ?? IntegrationId ?? defaultProfile,
            Label = Label,
            Type = Type ?? "production",
            ExpiresIn = TimeSpan.FromSeconds(double.IsFinite(ExpiresIn ?? 1800) ? Math.Clamp(ExpiresIn ?? 1800, 0, 1e9) : 0),
            Categories = Categories,
            Metadata = Metadata is { ValueKind: JsonValueKind.Object } metadata ? metadata.GetRawText() : null,
        };
}

/// <summary>StackOne's ConnectSessionAuthenticate.</summary>
internal sealed record AuthenticateConnectSessionBody
{
    /// <summary>Gets the token, from the answer of create_connect_session.</summary>
    public string? Token { get; init; }
}

/// <summary>StackOne's ConnectSession; with token and link when it has just been opened.</summary>
internal sealed record ConnectSessionResponse
{
    /// <summary>Gets StackOne's organization; there is one per installation.</summary>
    public const int Organization = 1;

    public required long Id { get; init; }

    public required int OrganizationId { get; init; }

    public required string ProjectId { get; init; }

    public IReadOnlyList<string>? Categories { get; init; }

    public required string Provider { get; init; }

    public required string OriginOwnerId { get; init; }

    public required string OriginOwnerName { get; init; }

    public string? OriginUsername { get; init; }

    public string? AccountId { get; init; }

    public string? Label { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public JsonElement? Metadata { get; init; }

    public required string Type { get; init; }

    public string? IntegrationId { get; init; }

    public string? ProfileId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AuthLinkUrl { get; init; }

    public static ConnectSessionResponse From(ConnectSession session) =>
        new()
        {
            Id = session.Number,
            OrganizationId = Organization,
            ProjectId = "tenanthub",
            Categories = session.Request.Categories,
            Provider = Connector.Key,
            OriginOwnerId = session.Request.OriginOwnerId,
            OriginOwnerName = session.Request.OriginOwnerName,
            OriginUsername = session.Request.OriginUsername,
            AccountId = session.Account?.Id ?? session.Request.AccountId,
            Label = session.Request.Label,
            CreatedAt = session.CreatedAt,
            Metadata = session.Request.Metadata is { } metadata ? JsonSerializer.Deserialize<JsonElement>(metadata) : null,
            Type = session.Request.Type,
            IntegrationId = session.Request.ProfileId,
            ProfileId = session.Request.ProfileId,
            ExpiresAt = session.ExpiresAt,
        };
}
