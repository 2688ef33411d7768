using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace TenantHub.Client;

public sealed class OptionsTests
{
    [Theory]
    [InlineData(null, "key", "Address")]
    [InlineData("ftp://hub.example.com", "key", "Address")]
    [InlineData("https://name:password@hub.example.com", "key", "Address")]
    [InlineData("https://hub.example.com", null, "ApiKey")]
    [InlineData("https://hub.example.com", "two words", "ApiKey")]
    public void OptionsThatAreNotValid_AreRefusedByName(string? address, string? key, string named)
    {
        using var services = Services(address, key);

        var refused = Assert.Throws<OptionsValidationException>(services.GetRequiredService<TenantHubClient>);

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Client_IsOneForTheProcess()
    {
        using var services = Services("https://hub.example.com", "key");

        Assert.Same(services.GetRequiredService<TenantHubClient>(), services.GetRequiredService<TenantHubClient>());
    }

    private static ServiceProvider Services(string? address, string? key)
    {
        var services = new ServiceCollection();
        services.AddTenantHubClient(options => (options.Address, options.ApiKey) = (address is null ? null : new Uri(address), key));
        return services.BuildServiceProvider();
    }
}
