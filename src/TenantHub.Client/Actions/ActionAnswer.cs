using System.Globalization;
using System.Text.Json;

namespace TenantHub.Client.Actions;

/// <summary>What an action gave.</summary>
/// <param name="Data">Autodesk's own body; <see cref="JsonValueKind.Null"/> when it has none.</param>
/// <param name="Next">The cursor of the next page; null on the last, and where there are no pages.</param>
public sealed record ActionAnswer(JsonElement Data, string? Next)
{
    /// <summary>Gets Autodesk's HTTP status; 0 when it was not told.</summary>
    public int ProviderStatus { get; init; }

    /// <summary>Gets where the answer came from when not from this request: <c>replay</c> (the key was used before), <c>read_back</c>
    /// (found by looking).</summary>
    public string? Origin { get; init; }

    /// <summary>Gets the id under which the call log has the call.</summary>
    public string? RequestId { get; init; }

    /// <summary>Gets the key under which a write was sent; null for a read.</summary>
    public string? IdempotencyKey { get; init; }

    internal static ActionAnswer From(RpcAnswer answer, HttpResponseMessage response, string? key) =>
        new(answer.Data, answer.Next)
        {
            ProviderStatus = int.TryParse(
                Header(response, "x-provider-status"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var status
            )
                ? status
                : 0,
            Origin = Header(response, "x-answer-origin"),
            RequestId = Header(response, "x-request-id"),
            IdempotencyKey = key,
        };

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}

/// <summary>The answer's body as the wire has it.</summary>
internal sealed record RpcAnswer(JsonElement Data, string? Next);
