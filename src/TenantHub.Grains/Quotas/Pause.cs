namespace TenantHub.Quotas;

/// <summary>
/// The pause that Autodesk has asked for with a 429. 1. Nothing is lent until it ends. 2. It is never longer than the longest that is set:
/// a Retry-After of a day would stop every account of a client id for a day. 3. When it ends before the time that Autodesk has named,
/// because of that or because an operator has lifted it, one call goes out alone; its answer opens the limit or begins the next pause.
/// </summary>
/// <remarks>Pure, like the bucket that it belongs to. A permit that is lent once the pause is over is the probe's.</remarks>
internal sealed class Pause(TimeSpan longest)
{
    private static readonly TimeSpan MostAsked = TimeSpan.FromDays(365); // What is longer cannot be told as a date for sure.
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(1); // What a probe is expected to take.

    private bool _isProbing;

    /// <summary>Gets when it ends, or has ended.</summary>
    public TimeSpan Until { get; private set; } = TimeSpan.MinValue;

    /// <summary>Gets until when Autodesk has told us to wait; nothing but a probe is sent before.</summary>
    public TimeSpan AskedUntil { get; private set; } = TimeSpan.MinValue;

    /// <summary>Tells whether nothing may be sent: until the end, and while a probe is under way.</summary>
    public bool Holds(TimeSpan now) => now < Until || (_isProbing && now < AskedUntil);

    /// <summary>Tells how many calls the pause lets out now.</summary>
    public int Room(TimeSpan now) =>
        Holds(now) ? 0
        : now < AskedUntil ? 1
        : int.MaxValue;

    /// <summary>Tells when time alone lets somebody out.</summary>
    public TimeSpan WhenNext(TimeSpan now) => now < Until ? Until : AskedUntil;

    /// <summary>Tells when somebody with so many before him can expect to be let out.</summary>
    public TimeSpan ExpectedStart(int before, TimeSpan now)
    {
        if (now >= AskedUntil)
            return now;
        var start = now > Until ? now : Until;
        if (_isProbing || before > 0)
            start += ProbeTime;
        return start < AskedUntil ? start : AskedUntil;
    }

    /// <summary>Autodesk answered 429.</summary>
    /// <returns>The pause that is new; null when an earlier answer has said as much.</returns>
    public TimeSpan? Begin(TimeSpan retryAfter, TimeSpan now)
    {
        var asked = now + (retryAfter < MostAsked ? retryAfter : MostAsked);
        var until = now + (retryAfter < longest ? retryAfter : longest);
        _isProbing = false;
        if (asked > AskedUntil)
            AskedUntil = asked;
        if (until <= Until)
            return null;
        Until = until;
        return until - now;
    }

    /// <summary>Takes over the pause that an earlier activation was in.</summary>
    public void Restore(TimeSpan until, TimeSpan askedUntil) => (Until, AskedUntil) = (until, askedUntil);

    /// <summary>An operator ends it.</summary>
    public void Lift(TimeSpan now)
    {
        if (now < Until)
            Until = now;
    }

    /// <summary>A permit was lent: before the time that Autodesk has named it is the probe's.</summary>
    public void Lent(TimeSpan now) => _isProbing = now < AskedUntil;

    /// <summary>Autodesk took a request again.</summary>
    public void Proven(TimeSpan lentAt)
    {
        if (IsProbe(lentAt))
            (AskedUntil, _isProbing) = (Until, false);
    }

    /// <summary>A permit came back without an answer: if it was the probe's, the next one is.</summary>
    public void Unproven(TimeSpan lentAt)
    {
        if (IsProbe(lentAt))
            _isProbing = false;
    }

    private bool IsProbe(TimeSpan lentAt) => _isProbing && lentAt >= Until;
}
