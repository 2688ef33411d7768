using TenantHub.Transfers;
using Xunit;

namespace TenantHub.Autodesk.Transfers;

public sealed class PartPlanTests
{
    private const long MiB = 1024 * 1024;

    [Theory]
    [InlineData(0, 5, 1)]
    [InlineData(1, 5, 1)]
    [InlineData(5 * MiB, 5, 1)]
    [InlineData(5 * MiB + 1, 5, 2)]
    [InlineData(50_000 * MiB, 5, 10_000)]
    [InlineData(50_000 * MiB + 1, 6, 8334)]
    [InlineData(80_000 * MiB, 8, 10_000)]
    [InlineData(5L * 1024 * 1024 * MiB, 525, 9987)]
    public void Parts_AreAsSmallAsStorageTakes_AndAreEnough(long size, int partMiB, int count)
    {
        var part = PartPlan.PartBytes(size);

        Assert.Equal((partMiB * MiB, count), (part, PartPlan.CountOf(size, part)));
    }

    [Fact]
    public void UnknownSize_GetsTheLargestPartsThatFitIntoMemory() => Assert.Equal(8 * MiB, PartPlan.PartBytes(null));

    [Theory]
    [InlineData(UploadMode.Through, 80_000 * MiB, true)]
    [InlineData(UploadMode.Through, 80_000 * MiB + 1, false)]
    [InlineData(UploadMode.Through, null, true)]
    [InlineData(UploadMode.Through, -1L, false)]
    [InlineData(UploadMode.Direct, null, false)]
    [InlineData(UploadMode.Direct, 5L * 1024 * 1024 * MiB, true)]
    [InlineData(UploadMode.Direct, 5L * 1024 * 1024 * MiB + 1, false)]
    public void Sizes_HaveTheLimitsOfTheirMode(UploadMode mode, long? size, bool isFine) =>
        Assert.Equal(isFine, PartPlan.FaultOf(mode, size) is null);
}
