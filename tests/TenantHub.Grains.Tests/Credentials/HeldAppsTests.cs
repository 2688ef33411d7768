using TenantHub.Profiles;
using Xunit;

namespace TenantHub.Credentials;

public sealed class HeldAppsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ClientApp Current = new("app", new Secret("new"), "v2");
    private static readonly ClientApp Previous = new("app", new Secret("old"), "v1");

    [Fact]
    public void ProfilesApp_IsUsedWhenTheAccountHasNone_WithTheSecretBeforeWhileBothAreHeld()
    {
        var profile = Profile(Current, Previous, Now.AddHours(1));

        Assert.Equal(new HeldApps(Current, Previous), HeldApps.Of(new(), profile, Now));
        Assert.Equal(new HeldApps(Current, null), HeldApps.Of(new(), profile, Now.AddHours(1)));
    }

    [Fact]
    public void NoAppAtAll_IsAFaultOfOurs() =>
        Assert.Throws<InvalidOperationException>(() => HeldApps.Of(new(), Profile(null, null, null), Now));

    [Fact]
    public void RefusedSecret_IsAnsweredForByTheOthersOfTheSameApp()
    {
        var held = new HeldApps(Current, Previous);

        Assert.Equal([Previous], held.Instead(Current));
        Assert.Equal([Current], held.Instead(Previous));
        Assert.Equal([Current, Previous], held.Instead(new ClientApp("app", new Secret("older"), "v0")));
        Assert.Empty(held.Instead(new ClientApp("another app", new Secret("x"), "v0")));
        Assert.Empty(new HeldApps(Current, null).Instead(Current));
    }

    private static ProfileApp Profile(ClientApp? app, ClientApp? previous, DateTimeOffset? until) =>
        new(app?.ClientId, app?.ClientSecret, app?.CredentialVersion, null, new ProfileLimits(), false)
        {
            Previous = previous,
            PreviousUntil = until,
        };
}
