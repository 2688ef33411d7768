using TenantHub.Health;
using TenantHub.Storage;

namespace TenantHub.Server.Health;

/// <summary>What the answers of the database and of the other servers mean, one round after the other. Pure.</summary>
internal sealed class HealthJudge
{
    /// <summary>For so long a database may be silent to this server alone. With the handing over it is less than ten seconds.</summary>
    public static readonly TimeSpan GivesUpAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(3);

    private const int Rounds = 2; // One lost packet is no cut.
    private const int RoundsToEnd = 4; // A server that has stopped answering may just have been declared dead.

    private TimeSpan _answeredAt;
    private int _alone;
    private int _cut;
    private bool _begun;

    /// <summary>Judges one round.</summary>
    /// <param name="database">What the database said.</param>
    /// <param name="peers">What the other servers said.</param>
    /// <param name="now">Since any fixed moment.</param>
    /// <param name="took">How long the round took: when it was longer than anybody was asked to wait, it was this process that stood
    /// still, and the database's silence says nothing.</param>
    public Verdict Judge(DatabaseReading database, PeerReading peers, TimeSpan now, TimeSpan took)
    {
        if (!_begun || database.State is not DatabaseState.Silent || took > LongestRound)
            _answeredAt = now;
        _begun = true;

        // With one other server nobody can tell which of the two is cut off: then both go on.
        _alone = peers is { Others: > 1, Reached: 0 } ? _alone + 1 : 0;

        // Two servers that cannot reach each other stay in the cluster, because a third one reaches both; whatever needs the two fails.
        _cut = peers.CutFrom is null ? 0 : _cut + 1;
        var fault =
            database.State is not DatabaseState.Answers ? database.Fault
            : _alone >= Rounds ? $"None of the {peers.Others} other servers answers."
            : _cut >= Rounds ? $"The server at {peers.CutFrom} answers others, and not this one."
            : null;
        return new(
            fault,
            database.State is DatabaseState.Answers,
            database.State is DatabaseState.Silent && peers.HaveDatabase && now - _answeredAt >= GivesUpAfter
                    ? $"The database has not answered this server for {GivesUpAfter.TotalSeconds} s, and answers others"
                : _cut >= RoundsToEnd ? $"The server at {peers.CutFrom} answers others, and not this one, which is the younger of the two"
                : null
        );
    }
}

/// <summary>What one round has shown.</summary>
/// <param name="Fault">Why the server should get no calls; null when it should.</param>
/// <param name="HasDatabase">Whether the database answers it.</param>
/// <param name="EndsBecause">Why it must end: it has lost its own way to the database, or to one of the servers; null when it goes
/// on.</param>
internal readonly record struct Verdict(string? Fault, bool HasDatabase, string? EndsBecause);
