using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Access;
using TenantHub.Storage;
using Xunit;

namespace TenantHub.Server.Ui;

public sealed class DemoSignInTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory();

    [Fact]
    public void Link_SignsInOnce_AndOnlyWithItsOwnCode()
    {
        var admin = Key(configured: null);
        var demo = new DemoSignIn(admin);
        Assert.Null(demo.Redeem(null)); // Nothing was offered yet.
        var code = CodeOf(demo.Offer());

        Assert.Null(demo.Redeem(code[..^1]));
        Assert.Null(demo.Redeem(""));
        Assert.Equal(admin.Printable, demo.Redeem(code));
        Assert.Null(demo.Redeem(code));
    }

    [Fact]
    public void EarlierLink_WorksNoMore()
    {
        var demo = new DemoSignIn(Key(configured: null));
        var first = CodeOf(demo.Offer());
        var second = CodeOf(demo.Offer());

        Assert.Null(demo.Redeem(first));
        Assert.NotNull(demo.Redeem(second));
    }

    [Fact]
    public void KeyOfTheOperatorsOwn_HasNoLink()
    {
        var demo = new DemoSignIn(Key(configured: "an operator's own key, long enough"));

        Assert.Null(demo.Offer());
        Assert.Null(demo.Redeem(null));
    }

    public void Dispose() => _data.Delete(recursive: true);

    private static string CodeOf(string? link) => link!.Split("code=")[1];

    private AdminKey Key(string? configured) =>
        new(
            Options.Create(new BootstrapOptions { AdminKey = configured }),
            Options.Create(new StorageOptions { DataDirectory = _data.FullName }),
            Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development }).Environment,
            NullLogger<AdminKey>.Instance
        );
}
