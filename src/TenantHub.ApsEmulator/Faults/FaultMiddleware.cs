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

        var faults = state.Faults.Take(http.Request.Method, http.Request.Path.Value!);
        foreach (var fault in faults.Where(fault => fault.Kind is FaultKind.Latency))
        {
#pragma warning disable CA5394 // A fault's luck is no secret.
            await Task.Delay(fault.Delay + fault.Jitter * Random.Shared.NextDouble(), TimeProvider.System, http.RequestAborted);
#pragma warning restore CA5394
        }

        if (faults.Any(fault => fault.Kind is FaultKind.CutBefore))
        {
            http.Abort();
            return;
        }

        if (faults.FirstOrDefault(fault => fault.Kind is FaultKind.Status) is { } instead)
        {
            http.Response.StatusCode = instead.Status;
            foreach (var (name, value) in instead.Headers) http.Response.Headers[name] = value;
            if (instead.Body is null) return;
            http.Response.ContentType ??= "application/json";
            await http.Response.WriteAsync(instead.Body);
            return;
        }

        await next(http);
        if (faults.Any(fault => fault.Kind is FaultKind.CutAfter)) http.Abort();
    }
}
