using TenantHub.ApsEmulator.Quotas;

namespace TenantHub.Quotas;

/// <summary>
/// A bucket, accounts that always want more, and a server that counts in its own way: event by event, in a time of its own, so a run of ten
/// minutes takes milliseconds and ends the same every time. The server counts a request somewhere between its sending and its answer.
/// </summary>
internal sealed class QuotaSimulation(int limit, TimeSpan window, int seed)
{
    private static readonly DateTimeOffset Origin = new(2026, 11, 25, 8, 0, 17, TimeSpan.Zero);

    private readonly PriorityQueue<Action, TimeSpan> _events = new();
    private readonly Dictionary<QuotaBucket.Waiter, Action> _waiting = [];
#pragma warning disable CA5394 // A test's luck is no secret.
    private readonly Random _random = new(seed);
#pragma warning restore CA5394

    public QuotaBucket Bucket { get; } = new(new LimitTable(limit), new Pause(window), window);

    public TimeSpan Now { get; private set; }

    public IQuotaCounter Server { get; set; } = new SlidingLogCounter(limit, window);

    /// <summary>Gets or sets the longest way of a request to the server, and of its answer back.</summary>
    public TimeSpan Jitter { get; set; } = TimeSpan.FromMilliseconds(40);

    public int Refused { get; private set; }

    /// <summary>Gets when each request was sent and for whom.</summary>
    public List<(string Account, TimeSpan SentAt, TimeSpan Waited)> Sent { get; } = [];

    /// <summary>An account that has so many calls outstanding from the given time on, and asks again when one is answered.</summary>
    public void AddAccount(string id, int weight, int outstanding, TimeSpan from)
    {
        for (var i = 0; i < outstanding; i++)
            _events.Enqueue(() => Ask(id, weight), from);
    }

    /// <summary>One call at one time.</summary>
    public void AddCall(string id, TimeSpan at) => _events.Enqueue(() => Ask(id, 1, again: false), at);

    public void Run(TimeSpan until)
    {
        while (true)
        {
            while (_events.TryPeek(out _, out var next) && next <= Now)
                _events.Dequeue()();
            while (Bucket.Lend(Now) is { } granted && _waiting.Remove(granted, out var send))
                send();
            var due = _events.TryPeek(out _, out var at) ? at : until;
            if (Bucket.WhenNext(Now) is { } wake && wake < due)
                due =
                    wake > Now
                        ? wake
                        : throw new InvalidOperationException($"The bucket wants to be asked at {wake}, and lends nothing then.");
            if (due >= until)
                return;
            Now = due;
        }
    }

    private void Ask(string id, int weight, bool again = true)
    {
        var since = Now;
        _waiting.Add(Bucket.Enqueue(id, weight), () => Send(id, weight, since, again));
    }

    private void Send(string id, int weight, TimeSpan since, bool again)
    {
        var sentAt = Now;
        Sent.Add((id, sentAt, sentAt - since));
        var arrives = sentAt + Way();
        _events.Enqueue(
            () =>
            {
                var wait = Server.TryCount(Origin + Now) ? (TimeSpan?)null : Server.Wait(Origin + Now);
                _events.Enqueue(
                    () =>
                    {
                        if (wait is { } retryAfter)
                        {
                            Refused++;
                            Bucket.Refuse(sentAt, retryAfter, Now);
                        }
                        else
                        {
                            Bucket.Answer(Now);
                        }

                        if (again)
                            Ask(id, weight);
                    },
                    Now + Way()
                );
            },
            arrives
        );
    }

#pragma warning disable CA5394
    private TimeSpan Way() => Jitter * _random.NextDouble();
#pragma warning restore CA5394
}
