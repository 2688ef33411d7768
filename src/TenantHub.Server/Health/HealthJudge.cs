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

    private TimeSpan _answeredAt;
    private int _alone;
    private bool _begun;

    /// <summary>Judges one round.</summary>
    /// <param name="database">What the database said.</param>
    /// <param name="peers">What the other servers said.</param>
    /// <param name="now">Since any fixed moment.</param>
    /// <param name="took">How long the round took: when it was longer than anybody was asked to wait, it was this process that stood
    /// still, and the database's silence says nothing.</param>
    public Verdict Judge(DatabaseReading database, PeerReading peers, TimeSpan now, TimeSpan took)
    {
        if (!_begun || database.State is not DatabaseState.Silent || took > LongestRound) _answeredAt = now;
        _begun = true;

        // With one other server nobody can tell which of the two is cut off: then both go on.
        _alone = peers is { Others: > 1, Reached: 0 } ? _alone + 1 : 0;
        var fault = database.State is not DatabaseState.Answers ? database.Fault
            : _alone >= Rounds ? $"None of the {peers.Others} other servers answers."
            : null;
        return new(
            fault,
            database.State is DatabaseState.Answers,
            database.State is DatabaseState.Silent && peers.HaveDatabase && now - _answeredAt >= GivesUpAfter);
    }
}

/// <summary>What one round has shown.</summary>
/// <param name="Fault">Why the server should get no calls; null when it should.</param>
/// <param name="HasDatabase">Whether the database answers it.</param>
/// <param name="MustEnd">Whether it has lost only its own way to the database.</param>
internal readonly record struct Verdict(string? Fault, bool HasDatabase, bool MustEnd);
