using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Transfers;

namespace TenantHub.Telemetry;

/// <summary>
/// TenantHub's own telemetry in one place: the ActivitySource, the Meter, every instrument and every tag name. Tags of metrics have few
/// values: an account's id stands on traces and in logs, never on a metric. No tag holds a secret, a query or a body (docs/adr/0012).
/// </summary>
/// <remarks>While nobody listens, a span is null and an instrument costs a comparison; neither allocates.</remarks>
public sealed class TenantHubTelemetry
{
    /// <summary>The name of the ActivitySource and of the Meter.</summary>
    public const string Name = "TenantHub";

    private const string Product = "tenanthub.product";
    private const string Outcome = "tenanthub.outcome";
    private const string Via = "tenanthub.via";
    private const string Client = "tenanthub.client";
    private const string Group = "tenanthub.quota_group";
    private const string StatusClass = "tenanthub.status_class";
    private const string Reason = "tenanthub.reason";
    private const string Scope = "tenanthub.scope";
    private const string State = "tenanthub.state";
    private const string AccountId = "tenanthub.account.id";
    private const string ActionId = "tenanthub.action";
    private const string CallId = "tenanthub.call.id";

    private const int MaxClients = 20;

    private static readonly ActivitySource Source = new(Name);

    /// <summary>From a millisecond, which TenantHub alone needs, to the minutes that a call may wait.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    };

    private readonly TimeProvider _clock;
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _callDuration;
    private readonly Histogram<double> _laneWait;
    private readonly Histogram<double> _quotaWait;
    private readonly Histogram<double> _upstreamDuration;
    private readonly Counter<long> _rateLimited;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _tokenRequests;
    private readonly Counter<long> _readBacks;
    private readonly Counter<long> _replays;
    private readonly Counter<long> _breakerTransitions;
    private readonly Counter<long> _uploadBytes;
    private readonly Counter<long> _uploadParts;
    private readonly Counter<long> _uploadRepeats;
    private readonly Counter<long> _uploadsEnded;
    private readonly UpDownCounter<long> _uploadsOpen;
    private readonly Counter<long> _autodeskEvents;
    private readonly ConcurrentDictionary<object, OpenBreaker> _openBreakers = new();
    private readonly ConcurrentDictionary<QuotaReading, string> _quotas = new();
    private readonly ConcurrentDictionary<string, bool> _clients = new();
    private long _callsWaiting;

    public TenantHubTelemetry(IMeterFactory meters, TimeProvider clock, ICallLog callLog)
    {
        _clock = clock;
        var meter = meters.Create(Name);
        _calls = meter.CreateCounter<long>("tenanthub.calls", "{call}", "Action calls that have ended.");
        _callDuration = meter.CreateHistogram("tenanthub.call.duration", "s", "How long action calls took in all.", advice: Seconds);
        _laneWait = meter.CreateHistogram(
            "tenanthub.lane.wait",
            "s",
            "How long calls waited for their place in the lane.",
            advice: Seconds
        );
        meter.CreateObservableUpDownCounter(
            "tenanthub.lane.waiting",
            () => CallsWaiting,
            "{call}",
            "Calls that wait for their place in a lane."
        );
        _quotaWait = meter.CreateHistogram("tenanthub.quota.wait", "s", "How long requests waited for a permit.", advice: Seconds);
        _upstreamDuration = meter.CreateHistogram(
            "tenanthub.upstream.duration",
            "s",
            "How long Autodesk took for one request.",
            advice: Seconds
        );
        _rateLimited = meter.CreateCounter<long>(
            "tenanthub.upstream.rate_limited",
            "{response}",
            "Requests that Autodesk answered with 429."
        );
        _retries = meter.CreateCounter<long>("tenanthub.retries", "{request}", "Requests to Autodesk that were repeated.");
        _tokenRequests = meter.CreateCounter<long>("tenanthub.token.requests", "{request}", "Requests to Autodesk for an access token.");
        _readBacks = meter.CreateCounter<long>("tenanthub.read_backs", "{look}", "Looks for what a write whose answer was lost has done.");
        _replays = meter.CreateCounter<long>(
            "tenanthub.idempotency.replays",
            "{call}",
            "Writes that were answered from the record of their idempotency key."
        );
        _breakerTransitions = meter.CreateCounter<long>(
            "tenanthub.breaker.transitions",
            "{transition}",
            "Circuit breakers that opened or closed."
        );
        _uploadBytes = meter.CreateCounter<long>("tenanthub.upload.bytes", "By", "Bytes of files that Autodesk's storage has taken.");
        _uploadParts = meter.CreateCounter<long>("tenanthub.upload.parts", "{part}", "Parts of files that Autodesk's storage has taken.");
        _uploadRepeats = meter.CreateCounter<long>("tenanthub.upload.repeats", "{part}", "Parts of files that had to be sent again.");
        _uploadsEnded = meter.CreateCounter<long>("tenanthub.upload.ended", "{upload}", "Uploads that have ended, by what became of them.");
        _uploadsOpen = meter.CreateUpDownCounter<long>(
            "tenanthub.upload.open",
            "{upload}",
            "Uploads that this silo keeps and that have not ended."
        );
        _autodeskEvents = meter.CreateCounter<long>(
            "tenanthub.autodesk_events",
            "{callback}",
            "Autodesk's callbacks, by what became of them, and recovered events."
        );
        meter.CreateObservableGauge("tenanthub.breaker.open", OpenBreakers, "{breaker}", "Circuit breakers that let nothing through now.");
        meter.CreateObservableGauge(
            "tenanthub.quota.used",
            () => Quotas(static (long used, QuotaReading.Values next) => used + next.Used),
            "{request}",
            "Requests within the last window, over all client ids of this silo."
        );
        meter.CreateObservableGauge(
            "tenanthub.quota.limit",
            () => Quotas(static (long limit, QuotaReading.Values next) => limit + next.Limit),
            "{request}",
            "Requests that one window may hold, over all client ids of this silo."
        );
        meter.CreateObservableGauge(
            "tenanthub.quota.waiting",
            () => Quotas(static (long waiting, QuotaReading.Values next) => waiting + next.Waiting),
            "{request}",
            "Requests that wait for a permit."
        );
        meter.CreateObservableGauge(
            "tenanthub.quota.utilization",
            () => Quotas(static (double highest, QuotaReading.Values next) => Math.Max(highest, (double)next.Used / next.Limit)),
            "1",
            "Of the client id that is nearest to its limit: the part of the window that is used."
        );
        meter.CreateObservableGauge(
            "tenanthub.database.lost_writes",
            () => LostWrites ? 1 : 0,
            "{database}",
            "1 for a day after a fail-over, or a restored backup, may have lost the database's last writes."
        );
        meter.CreateObservableGauge(
            "tenanthub.database.damaged_rows",
            () => DamagedRows,
            "{row}",
            "Damaged rows that lists have left out since the start; the log names them (5701)."
        );
        meter.CreateObservableGauge(
            "tenanthub.clock.offset",
            () => ClockOffset.TotalSeconds,
            "s",
            "How far this server's clock is ahead of the database's."
        );
        meter.CreateObservableCounter(
            "tenanthub.call_log.stored",
            () => callLog.Stored,
            "{record}",
            "Records that were written into the call log."
        );
        meter.CreateObservableCounter(
            "tenanthub.call_log.dropped",
            () => callLog.Dropped,
            "{record}",
            "Records that the call log could not take."
        );
    }

    /// <summary>Gets or sets whether the database may have lost its last writes within the last day.</summary>
    public bool LostWrites { get; set; }

    /// <summary>Gets or sets how many damaged rows lists have left out since the start.</summary>
    public int DamagedRows { get; set; }

    /// <summary>Gets or sets how far this server's clock is ahead of the database's; nothing when the database is a file.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>Begins the span of an action call; everything that the call does lies below it.</summary>
    internal static Activity? StartCall(string accountId, string callId) =>
        Source.StartActivity("call")?.SetTag(AccountId, accountId).SetTag(CallId, callId);

    /// <summary>Begins the span of something that a call waits for or does.</summary>
    internal static Activity? StartStep(string name) => Source.StartActivity(name);

    /// <summary>Begins the span of a request to Autodesk: method, host and path template, and never what stands in their place.</summary>
    internal static Activity? StartRequest(string method, string pathTemplate, string host)
    {
        if (!Source.HasListeners())
            return null; // The name below is not made for nobody.
        return Source
            .StartActivity($"{method} {pathTemplate}", ActivityKind.Client)
            ?.SetTag("http.request.method", method)
            .SetTag("url.template", pathTemplate)
            .SetTag("server.address", host);
    }

    internal static void EndStep(Activity? span, ServiceError? refusal)
    {
        if (span is not null && refusal is not null)
            span.SetStatus(ActivityStatusCode.Error, WireName.Of(refusal.Code));
    }

    internal static void EndRequest(Activity? span, int? status, string? failure)
    {
        if (span is null)
            return;
        if (status is { } code)
            span.SetTag("http.response.status_code", code);
        if (status >= 400)
            failure = status.Value.ToString(CultureInfo.InvariantCulture);
        if (failure is not null)
            span.SetTag("error.type", failure).SetStatus(ActivityStatusCode.Error);
    }

    internal void CallEnded(Activity? span, CallRecord record, bool isFault)
    {
        var product = new KeyValuePair<string, object?>(Product, record.Product ?? "unknown");
        if (record.Via is null)
            _calls.Add(1, product, new(Outcome, record.Outcome));
        else
            _calls.Add(1, product, new(Outcome, record.Outcome), new(Via, record.Via), new(Client, Counted(record.Client)));
        _callDuration.Record(record.Duration.TotalSeconds, product);
        if (record.Origin is AnswerOrigin.Replay)
            _replays.Add(1);
        if (span is null)
            return;
        span.DisplayName = "call " + record.ActionId;
        span.SetTag(ActionId, record.ActionId).SetTag(Outcome, record.Outcome);
        if (record.Via is not null)
            span.SetTag(Via, record.Via).SetTag(Client, record.Client);
        if (isFault)
            span.SetStatus(ActivityStatusCode.Error, record.Outcome);
    }

    /// <summary>The first names are counted apart: a program may say any name of itself, and a metric has few values.</summary>
    private string Counted(string? client) =>
        client is null ? "unknown"
        : _clients.ContainsKey(client) || (_clients.Count < MaxClients && _clients.TryAdd(client, true)) ? client
        : "other";

    /// <summary>Gets how many calls wait in the lanes of this silo's accounts.</summary>
    public long CallsWaiting => Interlocked.Read(ref _callsWaiting);

    internal void LaneEntered() => Interlocked.Increment(ref _callsWaiting);

    internal void LaneLeft(TimeSpan waited)
    {
        Interlocked.Decrement(ref _callsWaiting);
        _laneWait.Record(waited.TotalSeconds);
    }

    internal void QuotaWaited(string group, TimeSpan wait) =>
        _quotaWait.Record(wait.TotalSeconds, new KeyValuePair<string, object?>(Group, group));

    internal void RequestEnded(ActionDefinition action, int? status, string? failure, TimeSpan duration)
    {
        _upstreamDuration.Record(duration.TotalSeconds, new(Product, action.Product), new(StatusClass, failure ?? ClassOf(status!.Value)));
        if (status is 429)
            _rateLimited.Add(1, new KeyValuePair<string, object?>(Group, action.QuotaGroupName));
    }

    // The reason is token_refused, rate_limited or failed.
    internal void Repeated(ActionDefinition action, string reason) => _retries.Add(1, new(Product, action.Product), new(Reason, reason));

    internal void TokenRequested(ServiceError? refusal) =>
        _tokenRequests.Add(1, new KeyValuePair<string, object?>(Outcome, refusal is null ? "granted" : WireName.Of(refusal.Code)));

    internal void PartStored(long bytes, int repeats)
    {
        _uploadBytes.Add(bytes);
        _uploadParts.Add(1);
        if (repeats > 0)
            _uploadRepeats.Add(repeats);
    }

    internal void UploadsOpen(int change) => _uploadsOpen.Add(change);

    internal void UploadEnded(UploadStatus status) => _uploadsEnded.Add(1, new KeyValuePair<string, object?>(Outcome, WireName.Of(status)));

    /// <param name="outcome"><c>received</c> when it was written down; then <c>told</c>, <c>duplicate</c>, <c>wrong_signature</c>,
    /// <c>unknown_hook</c>,
    /// <c>unreadable</c>, <c>foreign</c> or <c>account_gone</c>; <c>recovered</c> for what a scan has found; <c>refused</c> and <c>busy</c>
    /// for what
    /// was not written down.</param>
    /// <param name="count">How many.</param>
    public void AutodeskEvents(string outcome, int count = 1)
    {
        if (count > 0)
            _autodeskEvents.Add(count, new KeyValuePair<string, object?>(Outcome, outcome));
    }

    // The outcome is found, absent or unknown.
    internal void ReadBack(string outcome) => _readBacks.Add(1, new KeyValuePair<string, object?>(Outcome, outcome));

    /// <param name="breaker">Stands for the breaker.</param>
    /// <param name="group">Its quota group.</param>
    /// <param name="scope"><c>account</c> or <c>shared</c>.</param>
    /// <param name="duration">How long it lets nothing through.</param>
    internal void BreakerOpened(object breaker, string group, string scope, TimeSpan duration)
    {
        _openBreakers[breaker] = new(group, scope, _clock.GetUtcNow() + duration);
        _breakerTransitions.Add(1, new(Group, group), new(Scope, scope), new(State, "opened"));
    }

    internal void BreakerClosed(object breaker, string group, string scope)
    {
        _openBreakers.TryRemove(breaker, out _);
        _breakerTransitions.Add(1, new(Group, group), new(Scope, scope), new(State, "closed"));
    }

    /// <summary>This silo's open breakers. One whose time is over lets a request through, whether somebody sends one or not: it is open no
    /// more.</summary>
    public IReadOnlyList<OpenBreaker> BreakersOpen()
    {
        var now = _clock.GetUtcNow();
        foreach (var (breaker, state) in _openBreakers)
        {
            if (state.Until <= now)
                _openBreakers.TryRemove(breaker, out _);
        }

        return [.. _openBreakers.Values];
    }

    internal void Watch(QuotaReading quota, string group) => _quotas[quota] = group;

    internal void Forget(QuotaReading quota) => _quotas.TryRemove(quota, out _);

    private static string ClassOf(int status) =>
        status switch
        {
            429 => "429",
            >= 500 => "5xx",
            >= 400 => "4xx",
            >= 300 => "3xx",
            _ => "2xx",
        };

    private IEnumerable<Measurement<long>> OpenBreakers() =>
        BreakersOpen()
            .GroupBy(state => (state.Group, state.Scope))
            .Select(same => new Measurement<long>(same.Count(), new(Group, same.Key.Group), new(Scope, same.Key.Scope)));

    private IEnumerable<Measurement<T>> Quotas<T>(Func<T, QuotaReading.Values, T> add)
        where T : struct =>
        _quotas
            .GroupBy(pair => pair.Value, pair => pair.Key)
            .Select(same => new Measurement<T>(
                same.Select(quota => quota.Read(_clock)).Aggregate(default, add),
                new KeyValuePair<string, object?>(Group, same.Key)
            ));
}

/// <summary>A circuit breaker that lets nothing through.</summary>
/// <param name="Group">Its quota group.</param>
/// <param name="Scope"><c>account</c> or <c>shared</c>.</param>
/// <param name="Until">Until when.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.open-breaker")]
public sealed record OpenBreaker([property: Id(0)] string Group, [property: Id(1)] string Scope, [property: Id(2)] DateTimeOffset Until);
