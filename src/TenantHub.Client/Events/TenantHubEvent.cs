using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TenantHub.Client.Http;

namespace TenantHub.Client.Events;

/// <summary>
/// An event that TenantHub has sent, in the format of standardwebhooks.com. <see cref="TryRead"/> is the only way to one, so that an event
/// in hand is one whose signature was right.
/// </summary>
public sealed record TenantHubEvent
{
    /// <summary>How far the sender's time may be from ours.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string SecretPrefix = "whsec_";
    private const string Version = "v1,";

    private TenantHubEvent(string id, EventBody body) => (Id, Type, At, Data) = (id, body.Type, body.Timestamp, body.Data);

    /// <summary>Gets the event's id. An event may come twice, with the same id.</summary>
    public string Id { get; }

    /// <summary>Gets the type: <c>account.status_changed</c> ...</summary>
    public string Type { get; }

    /// <summary>Gets when it happened.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Gets what happened.</summary>
    public JsonElement Data { get; }

    /// <summary>Checks the signature of a request and reads the event in it.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: seconds since 1970.</param>
    /// <param name="signature">The header <c>webhook-signature</c>: one signature or several.</param>
    /// <param name="body">The body, byte for byte as it came.</param>
    /// <param name="secret">The endpoint's secret, <c>whsec_...</c>.</param>
    /// <param name="happened">The event.</param>
    /// <param name="clock">The time; null for the machine's.</param>
    /// <returns>False when the request is not TenantHub's, is older than <see cref="Tolerance"/> or cannot be
    /// read: answer it with 400.</returns>
    /// <exception cref="ArgumentException">The secret is none of TenantHub's.</exception>
    public static bool TryRead(
        string? id,
        string? timestamp,
        string? signature,
        ReadOnlySpan<byte> body,
        string secret,
        [NotNullWhen(true)] out TenantHubEvent? happened,
        TimeProvider? clock = null
    )
    {
        happened = null;
        var key = Key(secret);
        if (string.IsNullOrEmpty(id) || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return false;
        var now = (clock ?? TimeProvider.System).GetUtcNow().ToUnixTimeSeconds();
        if (seconds < now - (long)Tolerance.TotalSeconds || seconds > now + (long)Tolerance.TotalSeconds)
            return false;
        if (!IsSigned(key, string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}."), body, signature ?? ""))
            return false;
        try
        {
            if (JsonSerializer.Deserialize(body, ClientJson.Default.EventBody) is { Type: not null } read)
                happened = new TenantHubEvent(id, read);
        }
        catch (JsonException)
        {
            return false;
        }

        return happened is not null;
    }

    /// <summary>Signs a body as TenantHub does: for a test of a receiver, or to pass an event on.</summary>
    /// <param name="id">The event's id.</param>
    /// <param name="at">The time of sending.</param>
    /// <param name="body">The body.</param>
    /// <param name="secret">The secret, <c>whsec_...</c>.</param>
    /// <returns>The value of <c>webhook-signature</c>.</returns>
    public static string Sign(string id, DateTimeOffset at, ReadOnlySpan<byte> body, string secret) =>
        Version
        + Convert.ToBase64String(Hash(Key(secret), string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}."), body));

    private static bool IsSigned(byte[] key, string head, ReadOnlySpan<byte> body, string signatures)
    {
        var right = Hash(key, head, body);
        Span<byte> given = stackalloc byte[right.Length];
        foreach (var signature in signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (
                signature.StartsWith(Version, StringComparison.Ordinal)
                && Convert.TryFromBase64String(signature[Version.Length..], given, out var length)
                && CryptographicOperations.FixedTimeEquals(right, given[..length])
            )
                return true;
        }

        return false;
    }

    private static byte[] Hash(byte[] key, string head, ReadOnlySpan<byte> body) =>
        HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes(head), .. body]);

    private static byte[] Key(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var text = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret;
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length > 0
            ? key[..length]
            : throw new ArgumentException("A secret is whsec_ and base64.", nameof(secret));
    }
}

/// <summary>The body of an event as the wire has it.</summary>
internal sealed record EventBody(string Type, DateTimeOffset Timestamp, JsonElement Data);
