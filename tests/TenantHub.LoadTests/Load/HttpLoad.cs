namespace TenantHub.LoadTests.Load;

/// <summary>Drives one HTTP server: as fast as it answers (closed), or at a given rate whatever it does (open).</summary>
internal sealed class HttpLoad : IDisposable
{
    private readonly Uri _address;
    private readonly IReadOnlyList<byte[]> _requests;
    private readonly List<HttpConnection> _connections = [];

    private HttpLoad(Uri address, IReadOnlyList<byte[]> requests) => (_address, _requests) = (address, requests);

    /// <param name="address">The server.</param>
    /// <param name="requests">What to send, in turn; one for each account.</param>
    /// <param name="connections">How many requests may be under way at once.</param>
    /// <param name="anyStatus">Whether every answer counts, not only those with 200.</param>
    public static async Task<HttpLoad> OpenAsync(Uri address, IReadOnlyList<byte[]> requests, int connections, bool anyStatus = false)
    {
        var load = new HttpLoad(address, requests) { AnyStatus = anyStatus };
        for (var i = 0; i < connections; i++)
            load._connections.Add(await HttpConnection.OpenAsync(address));
        return load;
    }

    /// <summary>Gets whether every answer counts, not only those with 200.</summary>
    public bool AnyStatus { get; init; }

    public Task<LoadResult> ClosedAsync(TimeSpan duration) => RunAsync(duration, null);

    public Task<LoadResult> OpenAsync(TimeSpan duration, double perSecond) => RunAsync(duration, perSecond);

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());

    private async Task<LoadResult> RunAsync(TimeSpan duration, double? perSecond)
    {
        var clock = TimeProvider.System;
        var (began, next) = (clock.GetTimestamp(), -1);
        var ticks = clock.TimestampFrequency;
        var end = began + (long)(duration.TotalSeconds * ticks);
        var (latencies, errors) = (new List<double>[_connections.Count], 0);
        await Task.WhenAll(_connections.Select((_, number) => DriveAsync(number)));
        var took = clock.GetElapsedTime(began);
        return new LoadResult([.. latencies.SelectMany(own => own).Order()], errors, took);

        async Task DriveAsync(int number)
        {
            var own = latencies[number] = new List<double>(4096);
            await Task.Yield();
            var period = perSecond is { } rate ? ticks * _connections.Count / rate : 0;
            for (var turn = 0; ; turn++)
            {
                var due = began + (long)(period * (turn + (double)number / _connections.Count));
                var now = clock.GetTimestamp();
                if (perSecond is null ? now >= end : due >= end)
                    return;

                // Who is late because the answer before came late counts from when the request was due: a slow server cannot hide by being
                // asked less.
                var since = due;
                if (perSecond is null)
                    since = now;
                else if (now < due)
                {
                    await Task.Delay(clock.GetElapsedTime(now, due), clock);
                    since = clock.GetTimestamp();
                }

                var request = _requests[(int)((uint)Interlocked.Increment(ref next) % (uint)_requests.Count)];
                try
                {
                    var (status, _) = await _connections[number].SendAsync(request);
                    if (status == 200 || AnyStatus)
                        own.Add(clock.GetElapsedTime(since).TotalMilliseconds);
                    else
                        Interlocked.Increment(ref errors);
                }
                catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
                {
                    Interlocked.Increment(ref errors);
                    _connections[number].Dispose();
                    _connections[number] = await HttpConnection.OpenAsync(_address);
                }
            }
        }
    }
}

/// <summary>What a load came to.</summary>
/// <param name="Latencies">Of what succeeded, in milliseconds, in order.</param>
/// <param name="Errors">How many did not.</param>
/// <param name="Took">How long it took.</param>
internal sealed record LoadResult(double[] Latencies, int Errors, TimeSpan Took)
{
    public double PerSecond => Latencies.Length / Took.TotalSeconds;

    /// <summary>A percentile in milliseconds.</summary>
    public double Percentile(double part) =>
        Latencies.Length == 0 ? double.NaN : Latencies[Math.Min(Latencies.Length - 1, (int)(Latencies.Length * part))];
}
