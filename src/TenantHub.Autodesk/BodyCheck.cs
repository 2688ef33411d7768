using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;
using NJsonSchema;
using NJsonSchema.Validation;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Isolation;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;

namespace TenantHub.Autodesk;

/// <summary>Checks a JSON body against the action's schema, and says what is wrong in the caller's words.</summary>
internal static class BodyCheck
{
    /// <summary>The catalog's format of a text that may have several lines.</summary>
    private const string SeveralLines = "several-lines";

    /// <summary>The catalog's format of bytes in base64, which may have several lines too.</summary>
    private const string Bytes = "base64-bytes";

    public static void Check(ActionDefinition action, JsonBytes? body, List<InputFault> faults)
    {
        if (action.BodySchema is not { } schema)
        {
            if (body is not null && !IsEmptyObject(body))
                faults.Add(new("body", $"is not wanted: {action.Id} has no body."));
            return;
        }

        if (body is null)
        {
            faults.Add(new("body", "is required."));
            return;
        }

        try
        {
            if (WhyNoText(body.Span) is { } why)
            {
                faults.Add(new("body", why));
                return;
            }

            // Newtonsoft, which the schema library uses, takes more than JSON. A member given twice could be one thing to us and another to
            // Autodesk.
            using var document = JsonDocument.Parse(body.Memory, new JsonDocumentOptions { AllowDuplicateProperties = false });
            faults.AddRange(FaultsOfNumbers(document.RootElement, "body"));
            if (faults.Count > 0)
                return; // The schema library takes no such numbers.
            faults.AddRange(schema.Validate(document.RootElement.GetRawText()).SelectMany(Explain));
            faults.AddRange(FaultsOfText(document.RootElement, schema, "body"));
            foreach (var path in action.Names)
            {
                foreach (var fault in IdPath.Read(document.RootElement, path).Select(AutodeskName.FaultOf).OfType<string>())
                    faults.Add(new($"body.{path}", fault));
            }
        }
        catch (JsonException)
        {
            faults.Add(new("body", "is not valid JSON."));
        }
    }

    /// <summary>Tells what makes a document's strings no text, which JSON's grammar allows; null when nothing does.</summary>
    private static string? WhyNoText(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return "is not valid UTF-8.";
        if (json.IndexOf("\\u"u8) < 0)
            return null;
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    _ = reader.GetString();
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            return "holds half of a surrogate pair (\\ud800 to \\udfff alone), which is no text.";
        }
    }

    /// <summary>No identifier or size of Autodesk's is a whole number that 64 bits do not hold.</summary>
    private static IEnumerable<InputFault> FaultsOfNumbers(JsonElement value, string path) =>
        value.ValueKind switch
        {
            JsonValueKind.Number when !value.TryGetInt64(out _) && value.GetRawText().AsSpan().IndexOfAny(".eE") < 0 =>
            [
                new(path, "must not be a whole number beyond 64 bits."),
            ],
            JsonValueKind.Object => value.EnumerateObject().SelectMany(member => FaultsOfNumbers(member.Value, $"{path}.{member.Name}")),
            JsonValueKind.Array => value.EnumerateArray().SelectMany((entry, i) => FaultsOfNumbers(entry, $"{path}[{i}]")),
            _ => [],
        };

    /// <summary>
    /// Control characters are in no text that Autodesk wants. A declared text is one line, unless its schema says that it may have several;
    /// what the schema leaves to the caller may have line breaks.
    /// </summary>
    private static IEnumerable<InputFault> FaultsOfText(JsonElement value, JsonSchema? schema, string path) =>
        value.ValueKind switch
        {
            JsonValueKind.String when schema is { Format: Bytes } => Base64.IsValid(value.GetString())
                ? []
                : [new(path, "must be the bytes in base64: a text of A-Z, a-z, 0-9, + and /, padded with = to a multiple of 4.")],
            JsonValueKind.String
                when schema is not { Format: InputSchema.NameFormat }
                    && value.GetString()!.Any(letter => IsForbidden(letter, schema is null or { Format: SeveralLines })) =>
            [
                new(path, "must not hold control characters or line breaks."),
            ],
            JsonValueKind.Object => value
                .EnumerateObject()
                .SelectMany(member =>
                    FaultsOfText(
                        member.Value,
                        schema?.ActualProperties.GetValueOrDefault(member.Name)?.ActualSchema,
                        $"{path}.{member.Name}"
                    )
                ),
            JsonValueKind.Array => value
                .EnumerateArray()
                .SelectMany((entry, i) => FaultsOfText(entry, schema?.Item?.ActualSchema, $"{path}[{i}]")),
            _ => [],
        };

    private static bool IsForbidden(char letter, bool mayHaveLines) =>
        char.IsControl(letter) ? !mayHaveLines || letter is not ('\r' or '\n' or '\t') : !mayHaveLines && letter is '\u2028' or '\u2029';

    private static bool IsEmptyObject(JsonBytes body) => body.ToString().AsSpan().Trim() is "{}";

    private static IEnumerable<InputFault> Explain(ValidationError error)
    {
        if (
            error is ChildSchemaValidationError children
            && children.Errors.Values.SelectMany(list => list).ToList() is { Count: > 0 } inner
        )
            return inner.SelectMany(Explain);
        return [new(FieldOf(error), MessageOf(error))];
    }

    private static string FieldOf(ValidationError error)
    {
        var path = (error.Path ?? "").TrimStart('#', '/').Replace('/', '.');
        return path.Length == 0 ? "body" : "body." + path;
    }

    private static string MessageOf(ValidationError error) =>
        error.Kind switch
        {
            ValidationErrorKind.PropertyRequired => "is required.",
            ValidationErrorKind.NoAdditionalPropertiesAllowed => Known(error.Schema),
            ValidationErrorKind.NotInEnumeration => $"must be one of {string.Join(", ", error.Schema.Enumeration)}.",
            ValidationErrorKind.PatternMismatch => $"must match {InputSchema.Published(error.Schema.Pattern!)}.",
            ValidationErrorKind.StringTooShort => $"must have at least {error.Schema.MinLength} characters.",
            ValidationErrorKind.StringTooLong => $"must have at most {error.Schema.MaxLength} characters.",
            ValidationErrorKind.TooFewItems => $"must have at least {error.Schema.MinItems} entries.",
            ValidationErrorKind.TooManyItems => $"must have at most {error.Schema.MaxItems} entries.",
            ValidationErrorKind.TooFewProperties => "must not be empty.",
            ValidationErrorKind.NumberTooSmall => $"must be {error.Schema.Minimum} or more.",
            ValidationErrorKind.StringExpected => "must be a string.",
            ValidationErrorKind.IntegerExpected or ValidationErrorKind.NumberExpected => "must be a number.",
            ValidationErrorKind.BooleanExpected => "must be true or false.",
            ValidationErrorKind.ObjectExpected => "must be an object.",
            ValidationErrorKind.ArrayExpected => "must be an array.",
            var kind => $"is wrong ({kind}).",
        };

    private static string Known(JsonSchema schema) =>
        schema.ActualProperties.Count == 0
            ? "is not known."
            : $"is not known; known are {string.Join(", ", schema.ActualProperties.Keys)}.";
}
