using System.Text.Json;

namespace TenantHub.ApsEmulator.Control;

/// <summary>The bodies of the control API.</summary>
internal sealed record AppRequest(string? ClientId, string? ClientSecret, string? PreviousClientSecret, IReadOnlyList<string>? ApiProducts, IReadOnlyList<string>? Scopes);

internal sealed record AccountRequest(string? AccAccountId, string? Name, string? Region, IReadOnlyList<string>? ProvisionedClientIds);

internal sealed record FaultRequest(
    FaultMatch? Match, string? Kind, int? Status, JsonElement? Body, IReadOnlyDictionary<string, string>? Headers, double? DelayMs, double? JitterMs, int? Times, int? Skip, double? Probability, string? ClientId);

internal sealed record FaultMatch(string? Method, string? PathPrefix, string? PathRegex);

internal sealed record QuotasRequest(bool? Enabled, string? Mode, double? WindowSeconds, IReadOnlyDictionary<string, int>? Limits);

internal sealed record TimeRequest(double? AdvanceSeconds);

internal sealed record SettingsRequest(int? WebhookPageSize, double? ProjectActivationSeconds, double? TokenLifetimeSeconds, bool? JournalBodies, IReadOnlyList<string>? ThreeLeggedOnly);
