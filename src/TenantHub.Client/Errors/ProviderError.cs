using System.Text.Json;

namespace TenantHub.Client;

/// <summary>An answer of Autodesk's that was no success.</summary>
/// <param name="Status">Autodesk's HTTP status.</param>
/// <param name="Url">What was asked, without the query.</param>
/// <param name="Raw">Autodesk's body; null when it had none that could be read.</param>
public sealed record ProviderError(int Status, string? Url, JsonElement? Raw);
