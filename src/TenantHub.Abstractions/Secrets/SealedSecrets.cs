namespace TenantHub.Secrets;

/// <summary>
/// The secrets of one account or profile as they are stored: each sealed with a data key of the owner's own, and the data key wrapped by
/// the server's key ring. Whoever destroys this record destroys the secrets: nothing else holds the data key.
/// </summary>
/// <param name="DataKey">The data key, wrapped.</param>
/// <param name="Values">The sealed values by name.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.sealed-secrets")]
public sealed record SealedSecrets([property: Id(0)] string DataKey, [property: Id(1)] IReadOnlyDictionary<string, string> Values);
