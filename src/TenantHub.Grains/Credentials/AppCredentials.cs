using System.Text.Json.Serialization;
using TenantHub.Secrets;
using TenantHub.Tokens;

namespace TenantHub.Credentials;

/// <summary>
/// The secret of an Autodesk app as an account or a profile keeps it. After a rotation the one before is held too, for the overlap: should
/// Autodesk refuse the new one after all, the old one goes on working. What is stored, or moved to another server, is sealed; the opened
/// secrets are in memory only.
/// </summary>
[GenerateSerializer, Immutable, Alias("tenanthub.app-credentials")]
internal sealed record AppCredentials
{
    private const string CurrentName = "client_secret";
    private const string PreviousName = "previous_client_secret";

    /// <summary>Gets the secrets as they are stored.</summary>
    [Id(0)]
    public required SealedSecrets Sealed { get; init; }

    /// <summary>Gets the name of the secret in token keys.</summary>
    [Id(1)]
    public required string Version { get; init; }

    [Id(2)]
    public string? PreviousVersion { get; init; }

    /// <summary>Gets until when the secret before is held; null when there is none.</summary>
    [Id(3)]
    public DateTimeOffset? PreviousUntil { get; init; }

    [JsonIgnore]
    [field: NonSerialized]
    public Secret? Secret { get; init; }

    [JsonIgnore]
    [field: NonSerialized]
    public Secret? PreviousSecret { get; init; }

    /// <summary>Credentials that replace all that were held. A data key that there is stays in use.</summary>
    public static AppCredentials Of(ISecretVault vault, string owner, Secret secret, string version, AppCredentials? before = null) =>
        new()
        {
            Sealed = vault.Seal(owner, Named(secret, null), before?.Sealed),
            Version = version,
            Secret = secret,
        };

    /// <summary>The app of credentials that were just given and are to be tried.</summary>
    public static ClientApp Candidate(string clientId, Secret secret) =>
        new(clientId, secret, CredentialVersion.Of(clientId, secret)) { IsOnTrial = true };

    /// <summary>The same app with a new secret; the one in force until now is held until the end of the overlap.</summary>
    public AppCredentials Rotated(ISecretVault vault, string owner, Secret secret, string version, DateTimeOffset previousUntil) =>
        version == Version
            ? this
            : new()
            {
                Sealed = vault.Seal(owner, Named(secret, Secret), Sealed),
                Version = version,
                PreviousVersion = Version,
                PreviousUntil = previousUntil,
                Secret = secret,
                PreviousSecret = Secret,
            };

    /// <summary>With the secrets opened, after they were read from the storage.</summary>
    public AppCredentials Opened(ISecretVault vault, string owner)
    {
        var secrets = vault.Open(owner, Sealed);
        return this with { Secret = secrets[CurrentName], PreviousSecret = secrets.GetValueOrDefault(PreviousName) };
    }

    /// <summary>Without the secret before, once its overlap is over.</summary>
    public AppCredentials Trimmed(ISecretVault vault, string owner, DateTimeOffset now) =>
        PreviousVersion is not null && now >= PreviousUntil ? Of(vault, owner, Secret!, Version, this) : this;

    public ClientApp Current(string clientId) => new(clientId, Secret!, Version);

    /// <summary>The app with the secret before; null when there is none or its overlap is over.</summary>
    public ClientApp? Previous(string clientId, DateTimeOffset now) =>
        PreviousSecret is { } secret && now < PreviousUntil ? new(clientId, secret, PreviousVersion!) : null;

    private static Dictionary<string, Secret> Named(Secret current, Secret? previous)
    {
        var secrets = new Dictionary<string, Secret> { [CurrentName] = current };
        if (previous is not null)
            secrets[PreviousName] = previous;
        return secrets;
    }
}
