using Xunit;

namespace TenantHub.Server.Ui.Files;

public sealed class TransferPaceTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Pace_IsWhatCameSinceTheFirstLook_AndTheRestFollowsFromIt()
    {
        var pace = new TransferPace();
        pace.Add(Start, 0);
        Assert.Equal((null, null), (pace.BytesPerSecond, pace.Remaining(100)));

        pace.Add(Start.AddSeconds(2), 20);

        Assert.Equal((10d, TimeSpan.FromSeconds(8)), (pace.BytesPerSecond!.Value, pace.Remaining(100)));
        Assert.Null(pace.Remaining(null));
    }

    [Fact]
    public void Pace_ForgetsWhatIsLongPast_AndAStandingUploadHasNone()
    {
        var pace = new TransferPace();
        pace.Add(Start, 0);
        pace.Add(Start.AddSeconds(10), 1000);
        pace.Add(Start.AddSeconds(20), 1010);
        Assert.Equal(1, pace.BytesPerSecond);

        foreach (var later in new[] { 30, 40, 50 })
            pace.Add(Start.AddSeconds(later), 1010);
        Assert.Null(pace.BytesPerSecond);
    }
}
