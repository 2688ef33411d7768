using Xunit;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>Names of events, with and without wildcards.</summary>
public sealed class EventPatternTests
{
    [Theory]
    [InlineData("dm.version.added", "dm.version.added", true)]
    [InlineData("dm.version.added", "dm.version.added\n", false)]
    [InlineData("dm.version.*", "dm.version.moved.out", true)]
    [InlineData("dm.*", "dm.folder.added", true)]
    [InlineData("*.added", "dm.folder.added", true)]
    [InlineData("dm.version.*", "dm.folder.added", false)]
    [InlineData("dm.version.adde", "dm.version.added", false)]
    [InlineData("dmxversion.*", "dm.version.added", false)]
    public void Pattern_FitsWhatItNames(string pattern, string name, bool fits) => Assert.Equal(fits, EventPattern.Fits(pattern, name));
}
