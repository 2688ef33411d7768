using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TenantHub.ApsEmulator.Faults;

namespace TenantHub.ApsEmulator.Control;

/// <summary>POST /_emulator/faults: one fault or a list. What cannot be read is refused, and then none of the list is in force.</summary>
internal static class FaultControl
{
    private static readonly Dictionary<string, FaultKind> Kinds = new()
    {
        ["latency"] = FaultKind.Latency,
        ["late_answer"] = FaultKind.LateAnswer,
        ["answer"] = FaultKind.Answer,
        ["status"] = FaultKind.Answer,
        ["retry_after"] = FaultKind.Answer,
        ["cut_before"] = FaultKind.CutBefore,
        ["cut_after"] = FaultKind.CutAfter,
        ["lost_answer"] = FaultKind.CutAfter,
        ["cut_request"] = FaultKind.CutRequest,
        ["cut_answer"] = FaultKind.CutAnswer,
        ["duplicate_callback"] = FaultKind.DuplicateCallback,
        ["reorder_callback"] = FaultKind.ReorderCallback,
        ["lost_callback_answer"] = FaultKind.LostCallbackAnswer,
    };

    public static async Task<IResult> AddAsync(HttpRequest request, EmulatorState state)
    {
        var made = new List<Fault>();
        try
        {
            var json = await JsonSerializer.DeserializeAsync<JsonElement>(request.Body);
            var each = json.ValueKind is JsonValueKind.Array ? json.EnumerateArray().ToList() : [json];
            var faults = each.ConvertAll(fault =>
                fault.Deserialize<FaultRequest>(ControlEndpoints.Json) ?? throw new ArgumentException("A fault is an object.")
            );
            made.AddRange(faults.Where(fault => fault.Kind != "revoke_tokens").Select(Read));
            foreach (var fault in faults.Where(fault => fault.Kind == "revoke_tokens"))
                Revoke(fault.ClientId, state);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException)
        {
            return ControlEndpoints.Bad("The body is not what is wanted here: " + exception.Message);
        }

        foreach (var fault in made)
            state.Faults.Add(fault);
        return Results.Json(new { active = state.Faults.Count });
    }

    private static void Revoke(string? clientId, EmulatorState state)
    {
        lock (state.Gate)
        {
            foreach (
                var token in state
                    .Tokens.Where(token => clientId is null || token.Value.ClientId == clientId)
                    .Select(token => token.Key)
                    .ToList()
            )
                state.Tokens.Remove(token);
        }
    }

    private static Fault Read(FaultRequest request)
    {
        if (!Kinds.TryGetValue(request.Kind ?? "", out var kind))
            throw new ArgumentException($"kind must be one of {string.Join(", ", Kinds.Keys)}, revoke_tokens.");
        return new Fault
        {
            Kind = kind,
            Method = request.Match?.Method,
            PathPrefix = request.Match?.PathPrefix,
            PathPattern = request.Match?.PathRegex is { } pattern
                ? new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
                : null,
            Event = request.Match?.Event,
            ClientId = request.ClientId,
            Answer = kind is FaultKind.Answer ? Answer(request) : null,
            WithEffect = request.Effect ?? false,
            CutAfterBytes = kind is FaultKind.CutRequest or FaultKind.CutAnswer
                ? request.CutAfterBytes is >= 0 and var bytes
                    ? bytes
                    : throw new ArgumentException("cut_after_bytes is needed, 0 or more.")
                : 0,
            Delay = TimeSpan.FromMilliseconds(request.DelayMs ?? 0),
            Jitter = TimeSpan.FromMilliseconds(request.JitterMs ?? 0),
            Times = request.Times,
            Skip = request.Skip ?? 0,
            Probability = request.Probability ?? 1,
        };
    }

    private static GivenAnswer Answer(FaultRequest request)
    {
        if (request.Body is not null && request.BodyBase64 is not null)
            throw new ArgumentException("body and body_base64 exclude each other.");
        if (request.CutAfterBytes is < 0 || request.ContentLength is < 0)
            throw new ArgumentException("cut_after_bytes and content_length are 0 or more.");
        var status =
            request.Status
            ?? request.Kind switch
            {
                "retry_after" => 429,
                "answer" => 200,
                _ => 503,
            };
        if (status is < 100 or > 999)
            throw new ArgumentException("status must be 100 to 999.");
        var body =
            request.BodyBase64 is { } bytes ? Convert.FromBase64String(bytes)
            : request.Body is { } json
                ? Encoding.UTF8.GetBytes(json.ValueKind is JsonValueKind.String ? json.GetString()! : json.GetRawText())
            : [];
        var headers = new Dictionary<string, string>(request.Headers ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);
        if (headers.ContainsKey("Content-Length") || headers.ContainsKey("Transfer-Encoding"))
            throw new ArgumentException("Say content_length and framing instead of these headers.");
        if (request.ContentType is { Length: > 0 } type)
            headers["Content-Type"] = type;
        else if (request.ContentType is null && body.Length > 0)
            headers.TryAdd("Content-Type", "application/json");
        return new GivenAnswer(status, headers, body)
        {
            CutAfterBytes = request.CutAfterBytes,
            ContentLength = request.ContentLength,
            Framing = request.Framing is { } framing ? Enum.Parse<Framing>(framing, ignoreCase: true) : Framing.Length,
        };
    }
}
