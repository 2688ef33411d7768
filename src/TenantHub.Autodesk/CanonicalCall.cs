using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Isolation;

namespace TenantHub.Autodesk;

/// <summary>
/// One form of what a caller asks for, however it is written: members in any order, white space, escapes, forms of a number, ids with and
/// without <c>b.</c>, and what the account fills in anyway. A model does not write a call twice in the same letters, and a call that was
/// refused must not pass in others. Parameters whose letters Autodesk tells apart stay as they are.
/// </summary>
public static class CanonicalCall
{
    private const int MaxExponent = 6; // Digits of it; no number of Autodesk's has as many.

    /// <summary>A name for everything that the caller asks for, in lower-case hexadecimal.</summary>
    /// <param name="action">What is asked for.</param>
    /// <param name="request">The call; its body is JSON.</param>
    public static string HashOf(ActionDefinition action, ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(request);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(action.Id);
        foreach (var (name, value) in Singles(action, ParameterPlace.Path, request.Path))
            Append("path", name, value);
        foreach (var (name, values) in request.Query.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Append(values is [var value] ? ["query", name, value] : ["queries", name, Count(values), .. values]);
        foreach (var (name, value) in Singles(action, ParameterPlace.Header, request.Headers))
            Append("header", name, value);
        if (request.ContentHash is { } content)
            Append("content", content);
        if (request.Upload is { } upload)
            Append("upload", Encoding.UTF8.GetString(upload.Span));
        if (action.Body is not null && request.Body is { } body)
            hash.AppendData(Canonical(body, action.Body.RefersTo));
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        // Else one parameter with many values would be the same as two with fewer.
        static string Count(string[] values) => values.Length.ToString(CultureInfo.InvariantCulture);

        void Append(params string[] parts)
        {
            Span<byte> length = stackalloc byte[4];
            foreach (var bytes in parts.Select(Encoding.UTF8.GetBytes))
            {
                BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
                hash.AppendData(length);
                hash.AppendData(bytes);
            }
        }
    }

    /// <summary>What the account must agree with is the same where it is left out.</summary>
    private static IEnumerable<(string Name, string Value)> Singles(
        ActionDefinition action,
        ParameterPlace place,
        IReadOnlyDictionary<string, string> given
    ) =>
        given
            .Select(pair => (Parameter: action.FindParameter(place, pair.Key), pair.Key, pair.Value))
            .Where(one => !IsTheAccounts(one.Parameter))
            .Select(one =>
                (
                    Name: place is ParameterPlace.Header ? one.Key.ToLowerInvariant() : one.Key,
                    Value: ApsRequestFactory.InForm(one.Parameter?.IdForm, one.Value)
                )
            )
            .OrderBy(one => one.Name, StringComparer.Ordinal);

    private static bool IsTheAccounts(ActionParameter? parameter) =>
        parameter is { Fill: AccountValue.AccountId or AccountValue.HubId } or { Fill: AccountValue.Region, Name: "Region" };

    /// <param name="body">The body.</param>
    /// <param name="ids">What the ids in it name, by where they stand: those of projects and hubs are one in all their forms.</param>
    private static ReadOnlySpan<byte> Canonical(JsonBytes body, IReadOnlyDictionary<string, ResourceKind> ids)
    {
        using var document = JsonDocument.Parse(body.Memory);
        var buffer = new ArrayBufferWriter<byte>(body.Memory.Length);
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, document.RootElement, "", ids);
        return buffer.WrittenSpan;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, string path, IReadOnlyDictionary<string, ResourceKind> ids)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", ids);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var entry in value.EnumerateArray())
                    Write(writer, entry, path + "[]", ids);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                var text = value.GetString()!;
                var isId = ids.GetValueOrDefault(path) is ResourceKind.Project or ResourceKind.Hub;
                writer.WriteStringValue(isId ? AccId.Bare(text) : text);
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(value.GetRawText()));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>The digits without zeros around them, and where the point stands: 100, 100.0 and 1e2 are 1e2. By letters, because a number
    /// of .NET's would take two long ones for one.</summary>
    private static string Number(string text)
    {
        var sign = text[0] == '-' ? "-" : "";
        var (digits, exponent) = text.TrimStart('-').Split('e', 'E') is [var mantissa, var power]
            ? (mantissa, power.TrimStart('+'))
            : (text.TrimStart('-'), "0");
        if (exponent.Length > MaxExponent)
            return text;
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var fraction = point < 0 ? 0 : digits.Length - point - 1;
        var whole = digits.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        var bare = whole.TrimEnd('0');
        return bare.Length == 0
            ? "0"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{sign}{bare}e{int.Parse(exponent, CultureInfo.InvariantCulture) - fraction + whole.Length - bare.Length}"
            );
    }
}
