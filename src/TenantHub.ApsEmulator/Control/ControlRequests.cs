using System.Text.Json;

namespace TenantHub.ApsEmulator.Control;

/// <summary>The bodies of the control API.</summary>
internal sealed record AppRequest(
    string? ClientId,
    string? ClientSecret,
    string? PreviousClientSecret,
    IReadOnlyList<string>? ApiProducts,
    IReadOnlyList<string>? Scopes
);

internal sealed record AccountRequest(string? AccAccountId, string? Name, string? Region, IReadOnlyList<string>? ProvisionedClientIds);

internal sealed record FaultRequest(
    FaultMatch? Match,
    string? Kind,
    int? Status,
    JsonElement? Body,
    string? BodyBase64,
    string? ContentType,
    IReadOnlyDictionary<string, string>? Headers,
    bool? Effect,
    int? CutAfterBytes,
    long? ContentLength,
    string? Framing,
    double? DelayMs,
    double? JitterMs,
    int? Times,
    int? Skip,
    double? Probability,
    string? ClientId
);

internal sealed record FaultMatch(string? Method, string? PathPrefix, string? PathRegex, string? Event);

internal sealed record QuotasRequest(bool? Enabled, string? Mode, double? WindowSeconds, IReadOnlyDictionary<string, int>? Limits);

internal sealed record TimeRequest(double? AdvanceSeconds);

internal sealed record SettingsRequest(
    int? WebhookPageSize,
    double? ProjectActivationSeconds,
    double? TokenLifetimeSeconds,
    bool? JournalBodies,
    bool? KeepFiles,
    IReadOnlyList<string>? ThreeLeggedOnly,
    IReadOnlyList<string>? SilentRegions,
    double? WebhookReactivationSeconds
);

internal sealed record ChangeRequest(string? ItemId, string? FolderId, string? Name, string? ParentFolderId, bool? Deleted);

internal sealed record EventRequest(string? System, string? Event, string? ProjectId, string? ResourceUrn, JsonElement? Payload);

/// <summary>POST /_emulator/callbacks/sign.</summary>
internal sealed record SignRequest(string? HookId, IReadOnlyList<string>? Bodies);
