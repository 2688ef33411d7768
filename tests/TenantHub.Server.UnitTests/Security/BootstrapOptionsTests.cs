using Xunit;

namespace TenantHub.Server.Security;

public sealed class BootstrapOptionsTests
{
    [Theory]
    [InlineData("  an-admin-key-0123456789\n", "an-admin-key-0123456789")]
    [InlineData(" \n", null)]
    [InlineData("", null)]
    public void BlanksAroundAnAdminKey_AreNoPartOfIt(string given, string? kept) =>
        Assert.Equal(kept, new BootstrapOptions { AdminKey = given }.AdminKey);
}
