using System.Text.Json;
using System.Text.RegularExpressions;
using TenantHub.ApsEmulator.Faults;

namespace TenantHub.ApsEmulator.Control;

/// <summary>POST /_emulator/faults: one fault or a list.</summary>
internal static class FaultControl
{
    private const string Kinds = "latency, late_answer, status, cut_before, cut_after, lost_answer, retry_after, revoke_tokens";

    public static async Task<IResult> AddAsync(HttpRequest request, EmulatorState state)
    {
        IReadOnlyList<FaultRequest>? faults;
        try
        {
            var json = await JsonSerializer.DeserializeAsync<JsonElement>(request.Body);
            faults = json.ValueKind is JsonValueKind.Array ? json.Deserialize<FaultRequest[]>(ControlEndpoints.Json) : [json.Deserialize<FaultRequest>(ControlEndpoints.Json)!];
        }
        catch (JsonException exception)
        {
            return ControlEndpoints.Bad("The body is not what is wanted here: " + exception.Message);
        }

        var made = new List<Fault>();
        foreach (var fault in faults!)
        {
            if (fault.Kind == "revoke_tokens")
            {
                Revoke(fault.ClientId, state);
                continue;
            }

            if (Read(fault) is not { } readable) return ControlEndpoints.Bad($"kind must be one of {Kinds}; path_regex must be a regular expression.");
            made.Add(readable);
        }

        foreach (var fault in made) state.Faults.Add(fault);
        return Results.Json(new { active = state.Faults.Count });
    }

    private static void Revoke(string? clientId, EmulatorState state)
    {
        lock (state.Gate)
        {
            foreach (var token in state.Tokens.Where(token => clientId is null || token.Value.ClientId == clientId).Select(token => token.Key).ToList()) state.Tokens.Remove(token);
        }
    }

    private static Fault? Read(FaultRequest request)
    {
        FaultKind? kind = request.Kind switch
        {
            "latency" => FaultKind.Latency,
            "late_answer" => FaultKind.LateAnswer,
            "status" or "retry_after" => FaultKind.Status,
            "cut_before" => FaultKind.CutBefore,
            "cut_after" or "lost_answer" => FaultKind.CutAfter,
            _ => null,
        };
        if (kind is null) return null;
        try
        {
            return new Fault
            {
                Kind = kind.Value,
                Method = request.Match?.Method,
                PathPrefix = request.Match?.PathPrefix,
                PathPattern = request.Match?.PathRegex is { } pattern ? new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : null,
                ClientId = request.ClientId,
                Status = request.Status ?? (request.Kind == "retry_after" ? 429 : 503),
                Body = request.Body is { } body ? body.ValueKind is JsonValueKind.String ? body.GetString() : body.GetRawText() : null,
                Headers = request.Headers ?? new Dictionary<string, string>(),
                Delay = TimeSpan.FromMilliseconds(request.DelayMs ?? 0),
                Jitter = TimeSpan.FromMilliseconds(request.JitterMs ?? 0),
                Times = request.Times,
                Skip = request.Skip ?? 0,
                Probability = request.Probability ?? 1,
            };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
