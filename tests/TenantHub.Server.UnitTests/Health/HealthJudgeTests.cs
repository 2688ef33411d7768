using TenantHub.Health;
using TenantHub.Storage;
using Xunit;

namespace TenantHub.Server.Health;

public sealed class HealthJudgeTests
{
    private static readonly DatabaseReading Answers = new(DatabaseState.Answers, "");
    private static readonly DatabaseReading Silent = new(DatabaseState.Silent, "silent");
    private static readonly DatabaseReading Full = new(DatabaseState.Refuses, "full");
    private static readonly PeerReading AllWell = new(2, 2, true);

    private readonly HealthJudge _judge = new();
    private int _second;

    [Fact]
    public void DatabaseThatIsSilentToThisServerAlone_EndsIt_AfterFiveSeconds()
    {
        Judge(Answers, AllWell);

        var verdicts = Enumerable.Range(1, 6).Select(_ => Judge(Silent, AllWell)).ToList();

        Assert.All(verdicts, verdict => Assert.Equal(("silent", false), (verdict.Fault, verdict.HasDatabase)));
        Assert.Equal([false, false, false, false, true, true], verdicts.Select(verdict => verdict.EndsBecause is not null));
    }

    [Fact]
    public void DatabaseThatIsSilentToAll_EndsNobody()
    {
        Judge(Answers, AllWell);

        Assert.All(Enumerable.Range(1, 100), _ => Assert.Null(Judge(Silent, new(2, 2, HaveDatabase: false)).EndsBecause));
        Assert.Null(Judge(Answers, AllWell).Fault);
    }

    /// <summary>A server that cannot get a connection because others have them all is no server without a way to the database.</summary>
    [Fact]
    public void DatabaseThatRefuses_EndsNobody()
    {
        Assert.All(
            Enumerable.Range(1, 100),
            _ => Assert.Equal(("full", null), (Judge(Full, AllWell).Fault, Judge(Full, AllWell).EndsBecause))
        );
        Judge(Answers, AllWell);
        Assert.Null(Judge(Silent, AllWell).EndsBecause);
    }

    [Fact]
    public void ServerThatReachesNoneOfSeveral_IsNotReady_FromTheSecondRoundOn()
    {
        PeerReading none = new(2, 0, false);

        Assert.Null(Judge(Answers, none).Fault);
        Assert.Equal("None of the 2 other servers answers.", Judge(Answers, none).Fault);
        Assert.Null(Judge(Answers, new(2, 1, true)).Fault); // The one that died is not its fault.
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)] // Which of two is cut off nobody can tell.
    public void ServerWithoutOthersOrWithOne_GoesOn(int others) =>
        Assert.All(Enumerable.Range(1, 10), _ => Assert.Null(Judge(Answers, new(others, 0, false)).Fault));

    [Fact]
    public void ServerToWhichAnOlderOneIsSilent_ThoughNotToOthers_IsNotReady_AndEndsAfterFourRounds()
    {
        var cut = new PeerReading(2, 1, true) { CutFrom = "10.0.0.1:11111" };

        List<PeerReading> rounds = [cut, cut, cut, AllWell, cut, cut, cut, cut];
        var verdicts = rounds.Select(peers => Judge(Answers, peers)).ToList();

        Assert.Equal([false, true, true, false, false, true, true, true], verdicts.Select(verdict => verdict.Fault is not null));
        Assert.Equal([false, false, false, false, false, false, false, true], verdicts.Select(verdict => verdict.EndsBecause is not null));
        Assert.Contains("10.0.0.1:11111", verdicts[^1].EndsBecause, StringComparison.Ordinal);
    }

    /// <summary>On a machine that is too busy to let the process run, everything looks silent.</summary>
    [Fact]
    public void ProcessThatStoodStill_DoesNotEndForIt()
    {
        Judge(Answers, AllWell);

        Assert.All(Enumerable.Range(1, 100), _ => Assert.Null(Judge(Silent, AllWell, took: 4).EndsBecause));
    }

    private Verdict Judge(DatabaseReading database, PeerReading peers, int took = 1) =>
        _judge.Judge(database, peers, TimeSpan.FromSeconds(_second++), TimeSpan.FromSeconds(took));
}
