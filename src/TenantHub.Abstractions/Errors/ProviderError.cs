namespace TenantHub.Errors;

/// <summary>What Autodesk itself answered, without secrets.</summary>
/// <param name="Status">Autodesk's HTTP status.</param>
/// <param name="Url">The path that was called, without host, query and token.</param>
/// <param name="Raw">Autodesk's error body; absent when it was not JSON.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.provider-error")]
public sealed record ProviderError([property: Id(0)] int Status, [property: Id(1)] string Url, [property: Id(2)] JsonBytes? Raw);
