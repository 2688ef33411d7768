using TenantHub.ApsEmulator.Auth;

namespace TenantHub.ApsEmulator.Faults;

/// <summary>Carries out the faults that match a request.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, EmulatorState state)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/_emulator", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }

        var faults =
            state.Faults.Count == 0 ? [] : state.Faults.Take(http.Request.Method, http.Request.Path.Value!, ClientId(http.Request));
        await DelayAsync(faults, FaultKind.Latency, http.RequestAborted);

        if (faults.Any(fault => fault.Kind is FaultKind.CutBefore))
        {
            http.Features.Set(new CutConnection());
            return;
        }

        if (faults.FirstOrDefault(fault => fault.Kind is FaultKind.CutRequest) is { } inTheMiddle)
        {
            await ReadAsync(http.Request.Body, inTheMiddle.CutAfterBytes);
            http.Features.Set(new CutConnection());
            return;
        }

        if (faults.FirstOrDefault(fault => fault.Kind is FaultKind.CutAnswer) is { } cut)
        {
            await CutAnswerAsync(http, cut.CutAfterBytes);
            return;
        }

        var instead = faults.FirstOrDefault(fault => fault.Kind is FaultKind.Answer);
        if (instead is null)
            await next(http);
        else
            await ReplaceAsync(http, instead);
        await DelayAsync(faults, FaultKind.LateAnswer, http.RequestAborted);
        if (faults.Any(fault => fault.Kind is FaultKind.CutAfter))
            http.Features.Set(new CutConnection());
    }

    private static async Task ReadAsync(Stream body, int bytes)
    {
        var buffer = new byte[16 * 1024];
        while (bytes > 0 && await body.ReadAsync(buffer.AsMemory(0, Math.Min(bytes, buffer.Length))) is var read and > 0)
            bytes -= read;
    }

    private async Task CutAnswerAsync(HttpContext http, int afterBytes)
    {
        var wire = http.Response.Body;
        using var body = new MemoryStream();
        http.Response.Body = body;
        await next(http);
        http.Response.Body = wire;
        var headers = http
            .Response.Headers.Where(header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key, header => header.Value.ToString());
        http.Response.Headers.ContentLength = null;
        http.Features.Set(new GivenAnswer(http.Response.StatusCode, headers, body.ToArray()) { CutAfterBytes = afterBytes });
    }

    private async Task ReplaceAsync(HttpContext http, Fault fault)
    {
        if (fault.WithEffect)
        {
            var wire = http.Response.Body;
            http.Response.Body = Stream.Null;
            await next(http);
            http.Response.Body = wire;
        }

        await fault.Answer!.GiveAsync(http);
    }

    /// <summary>Whose request it is: by its token, or by its credentials where it asks for one.</summary>
    private string? ClientId(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return TokenEndpoint.Credentials(request).ClientId;
        lock (state.Gate)
            return state.Tokens.GetValueOrDefault(header[7..])?.ClientId;
    }

    private async Task DelayAsync(IReadOnlyList<Fault> faults, FaultKind kind, CancellationToken cancellationToken)
    {
#pragma warning disable CA5394 // A fault's luck is no secret.
        foreach (var fault in faults.Where(fault => fault.Kind == kind))
            await state.Clock.DelayAsync(fault.Delay + fault.Jitter * Random.Shared.NextDouble(), cancellationToken);
#pragma warning restore CA5394
    }
}

/// <summary>Marks a request whose connection is cut instead of an answer: by the journal, once the request stands in it, so that whoever
/// sees the cut finds it there.</summary>
internal sealed class CutConnection;
