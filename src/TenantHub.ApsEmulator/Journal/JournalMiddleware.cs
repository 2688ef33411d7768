using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;
using TenantHub.ApsEmulator.Faults;

namespace TenantHub.ApsEmulator.Journal;

/// <summary>Writes down every request and its answer as they crossed the wire. Large and binary bodies are counted, not kept.</summary>
internal sealed partial class JournalMiddleware(RequestDelegate next, EmulatorState state)
{
    private const int KeptBody = 256 * 1024;

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/_emulator", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }

        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var entry = new JournalEntry
        {
            Method = http.Request.Method,
            Path = question < 0 ? target : target[..question],
            Query = question < 0 ? "" : target[(question + 1)..],
            Headers = http.Request.Headers.ToDictionary(
                header => header.Key.ToLowerInvariant(),
                header => Safe(header.Key, header.Value.ToString())
            ),
            StartedAt = state.Clock.Now,
            StartedUs = state.Clock.Microseconds,
        };
        http.Items[typeof(JournalEntry)] = entry;
        state.Journal.Begin(entry);
        var keeps = state.Journal.KeepsBodies;
        var answer = new MemoryStream();
        var wire = http.Response.Body;
        try
        {
            if (keeps && IsText(http.Request.ContentType) && !IsFile(http.Request))
                await KeepRequestBodyAsync(http.Request, entry);
            if (keeps)
                http.Response.Body = answer;
            await next(http);
            if (keeps)
            {
                http.Response.Body = wire;
                var body = http.Features.Get<GivenAnswer>()?.Body ?? answer.ToArray();
                if (IsText(http.Response.ContentType) && body.Length <= KeptBody)
                    entry.ResponseBody = TokenValue().Replace(Encoding.UTF8.GetString(body), "\"access_token\":\"***\"");
            }
        }
        finally
        {
            // Written down before the answer leaves, so whoever has the answer finds it in the journal.
            entry.Status = http.Response.StatusCode;
            entry.ResponseContentType = http.Response.ContentType;
            entry.ResponseHeaders = http.Response.Headers.ToDictionary(
                header => header.Key.ToLowerInvariant(),
                header => header.Value.ToString()
            );
            entry.EndedAt = state.Clock.Now;
            entry.EndedUs = state.Clock.Microseconds;
            state.Journal.End(entry);
        }

        if (http.Features.Get<CutConnection>() is not null)
        {
            http.Abort();
        }
        else if (http.Features.Get<GivenAnswer>() is { } raw)
        {
            await raw.SendRawAsync(http);
        }
        else if (keeps && answer.Length > 0)
        {
            answer.Position = 0;
            await answer.CopyToAsync(wire, http.RequestAborted);
        }
    }

    private static async Task KeepRequestBodyAsync(HttpRequest request, JournalEntry entry)
    {
        request.EnableBuffering(KeptBody);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        request.Body.Position = 0;
        entry.BodyBytes = body.Length;
        if (body.Length == 0 || body.Length > KeptBody)
            return;
        var bytes = body.ToArray();
        entry.BodySha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var text = Encoding.UTF8.GetString(bytes);
        entry.Body = request.Path.StartsWithSegments("/webhooks", StringComparison.Ordinal)
            ? HookSecret().Replace(text, "\"token\":\"***\"")
            : text;
    }

    private static string Safe(string header, string value) =>
        header.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? value.Split(' ')[0] + " ***" : value;

    /// <summary>The bytes of files are never kept, whatever type they are said to have: storage reads and counts them itself.</summary>
    private static bool IsFile(HttpRequest request) => request.Path.StartsWithSegments("/s3", StringComparison.Ordinal);

    private static bool IsText(string? contentType) =>
        contentType is not null
        && (
            contentType.Contains("json", StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("text", StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("xml", StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        );

    [GeneratedRegex("\"access_token\":\"[^\"]*\"")]
    private static partial Regex TokenValue();

    [GeneratedRegex("\"token\"\\s*:\\s*\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex HookSecret();
}
