using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace TenantHub.Accounts;

/// <summary>The id of a linked account: <c>acc_</c> and a ULID, so that ids sort by the time they were made.</summary>
/// <param name="Value">The whole id.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.linked-account-id")]
public readonly record struct LinkedAccountId([property: Id(0)] string Value)
{
    private const string Prefix = "acc_";
    private const int UlidLength = 26;
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static readonly SearchValues<char> CrockfordDigits = SearchValues.Create(Crockford);

    /// <summary>Makes a new id.</summary>
    /// <param name="clock">The clock for the id's first 48 bits.</param>
    public static LinkedAccountId New(TimeProvider clock) => new(NewText(Prefix, clock));

    /// <summary>Makes a new id of another kind of thing, of the same form.</summary>
    /// <param name="prefix">What ids of its kind begin with, for example <c>evt_</c>.</param>
    /// <param name="clock">The clock for the id's first 48 bits.</param>
    public static string NewText(string prefix, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        Span<char> text = stackalloc char[UlidLength];
        var milliseconds = clock.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 9; i >= 0; i--, milliseconds >>= 5)
            text[i] = Crockford[(int)(milliseconds & 31)];
        Span<byte> random = stackalloc byte[UlidLength - 10];
        RandomNumberGenerator.Fill(random);
        for (var i = 0; i < random.Length; i++)
            text[10 + i] = Crockford[random[i] & 31];
        return prefix + text.ToString();
    }

    /// <summary>Gives the id that follows from a text: always the same one, and of the same form.</summary>
    /// <param name="prefix">What ids of its kind begin with.</param>
    /// <param name="seed">The text.</param>
    public static string TextOf(string prefix, string seed) =>
        prefix
        + string.Create(
            UlidLength,
            SHA256.HashData(Encoding.UTF8.GetBytes(seed)),
            static (text, hash) =>
            {
                for (var i = 0; i < text.Length; i++)
                    text[i] = Crockford[hash[i] & 31];
            }
        );

    /// <summary>Reads an id as it stands in a URL or a header.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id when the text is one.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out LinkedAccountId id)
    {
        id = default;
        if (!IsText(Prefix, text))
            return false;
        id = new(text);
        return true;
    }

    /// <summary>Whether a text is an id as <see cref="NewText"/> makes them: what is none wakes no grain.</summary>
    /// <param name="prefix">What ids of its kind begin with.</param>
    /// <param name="text">The text.</param>
    public static bool IsText(string prefix, [NotNullWhen(true)] string? text)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return text is not null
            && text.Length == prefix.Length + UlidLength
            && text.StartsWith(prefix, StringComparison.Ordinal)
            && !text.AsSpan(prefix.Length).ContainsAnyExcept(CrockfordDigits);
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}
