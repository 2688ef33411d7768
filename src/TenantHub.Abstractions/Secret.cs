using System.Diagnostics;
using System.Text.Json.Serialization;

namespace TenantHub;

/// <summary>
/// A value that must not be seen: a client secret, an access token. It prints, and serializes to JSON, as <c>[redacted]</c>;
/// only <see cref="Reveal"/> gives the value, so every use can be found by searching for that name.
/// </summary>
/// <remarks>Grain state keeps secrets through the storage serializer, which seals them before they are written.</remarks>
[GenerateSerializer, Immutable, Alias("tenanthub.secret")]
[JsonConverter(typeof(RedactedSecretJsonConverter))]
[DebuggerDisplay(Redacted)]
public sealed class Secret
{
    /// <summary>What is shown instead of the value.</summary>
    public const string Redacted = "[redacted]";

    [Id(0)]
    private readonly string _value;

    /// <summary>Wraps a value.</summary>
    /// <param name="value">The value to hide; not empty.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> is null or empty.</exception>
    public Secret(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        _value = value;
    }

    /// <summary>Gives the hidden value. Call it at the last moment, and never near a log or an exception.</summary>
    public string Reveal() => _value;

    /// <inheritdoc />
    public override string ToString() => Redacted;
}
