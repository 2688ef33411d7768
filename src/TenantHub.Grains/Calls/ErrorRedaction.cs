using System.Text;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Errors;

namespace TenantHub.Calls;

/// <summary>What a caller was told of a failure, as the call log may keep it: 1. without what the caller gave, which the text may repeat;
/// 2. without secrets; 3. cut.</summary>
internal static class ErrorRedaction
{
    private const int MaxText = 500;
    private const int MaxValues = 1000;
    private const int ShortestValue = 3; // What is shorter tells nothing, and stands in words that do.
    private const string Left = "...";

    /// <summary>Makes the error of a record.</summary>
    /// <param name="error">What the caller was told.</param>
    /// <param name="request">What the caller gave.</param>
    /// <param name="isNamed">Whether the action is one of the catalog, and no text of the caller's.</param>
    /// <param name="secrets">What the account holds.</param>
    public static CallError Of(ServiceError error, ActionRequest request, bool isNamed, IReadOnlyCollection<string> secrets)
    {
        if (Values(request, isNamed) is not { } values)
            return new(Left, [.. error.Faults.Select(fault => new InputFault(Left, Left))]);
        return new(Clean(error.Detail), [.. error.Faults.Select(fault => new InputFault(Cut(fault.Field), Clean(fault.Message)))]);

        string Clean(string text)
        {
            foreach (var value in values)
                text = text.Replace(value, Left, StringComparison.OrdinalIgnoreCase); // 1
            return Cut(text);
        }

        string Cut(string text)
        {
            text = BodyRedaction.Of(text, secrets); // 2
            return text.Length <= MaxText ? text : text[..MaxText] + Left; // 3
        }
    }

    /// <summary>The error without what the account itself holds as a secret: Autodesk may repeat what it was sent.</summary>
    /// <param name="error">What the caller is to be told.</param>
    /// <param name="secrets">What the account holds.</param>
    public static ServiceError WithoutSecrets(ServiceError error, IReadOnlyCollection<string> secrets)
    {
        var raw = error.Provider?.Raw is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
        if (
            !secrets.Any(secret =>
                error.Detail.Contains(secret, StringComparison.Ordinal) || raw?.Contains(secret, StringComparison.Ordinal) is true
            )
        )
            return error;
        foreach (var secret in secrets)
        {
            error = error with { Detail = error.Detail.Replace(secret, Secret.Redacted, StringComparison.Ordinal) };
            raw = raw?.Replace(secret, Secret.Redacted, StringComparison.Ordinal);
        }

        return error with
        {
            Provider = error.Provider is { } said ? said with { Raw = raw is null ? null : new(Encoding.UTF8.GetBytes(raw)) } : null,
        };
    }

    /// <summary>What the caller gave, the longest first; null when it is too much to look for.</summary>
    private static List<string>? Values(ActionRequest request, bool isNamed)
    {
        var values = new HashSet<string>([
            .. request.Path.Values,
            .. request.Query.Values.SelectMany(value => value),
            .. request.Headers.Values,
        ]);
        if (!isNamed)
            values.Add(request.ActionId);
        try
        {
            var reader = new Utf8JsonReader(request.Body is { } body ? body.Span : "null"u8);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String && values.Add(reader.GetString()!) && values.Count > MaxValues)
                    return null;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // It was refused because it cannot be read.
        }

        return [.. values.Where(value => value.Length >= ShortestValue).OrderByDescending(value => value.Length)];
    }
}
