using System.Globalization;
using System.Text.Json;
using TenantHub.Autodesk.Http;

namespace TenantHub.Autodesk.Auth;

/// <summary>Reads what the token endpoint gives with a 200: a token that can be sent in a header, and how long it lives.</summary>
internal static class TokenAnswer
{
    /// <summary>Where Autodesk does not say how long a token lives: long enough to be of use, and a 401 renews it anyway.</summary>
    private static readonly TimeSpan AssumedLife = TimeSpan.FromMinutes(5);

    /// <summary>Autodesk's tokens live an hour.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);

    /// <summary>Gives the token; null when the answer holds none that could be used.</summary>
    public static TokenResult.Granted? Read(AnswerBody body)
    {
        if (body.Fault is not null || AnswerBody.WhyNoJson(body.Bytes) is not null)
            return null;
        using var document = JsonDocument.Parse(body.Bytes);
        var root = document.RootElement;
        if (root.Text("access_token") is not { Length: > 0 } token || !token.All(letter => letter is > ' ' and <= '~'))
            return null;
        if (
            root.Member("token_type") is { ValueKind: not JsonValueKind.Null } type
            && !"Bearer".Equals(type.Text(), StringComparison.OrdinalIgnoreCase)
        )
            return null;
        return Life(root.Member("expires_in")) is { } life ? new TokenResult.Granted(new Secret(token), life) : null;
    }

    /// <summary>Seconds, as a number or as text, with decimals or without; null when the token has ended already, or nobody can
    /// tell.</summary>
    private static TimeSpan? Life(JsonElement? expiresIn)
    {
        if (expiresIn is not { ValueKind: not JsonValueKind.Null } given)
            return AssumedLife;
        var text = given.ValueKind is JsonValueKind.Number ? given.GetRawText() : given.Text();
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) || !(seconds >= 1))
            return null;
        return seconds >= LongestLife.TotalSeconds ? LongestLife : TimeSpan.FromSeconds(Math.Floor(seconds));
    }
}
