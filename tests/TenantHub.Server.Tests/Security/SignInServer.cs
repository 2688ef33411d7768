using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>A company's provider, and a server that takes its tokens and lets its people sign in. The tests of a class share both, one
/// after the other.</summary>
public sealed class SignInServer(ServerFixture fixture) : IAsyncLifetime
{
    public ServerProcess Hub { get; private set; } = null!;

    internal TokenIssuer Issuer { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Issuer = await TokenIssuer.StartAsync();
        Hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Oidc__Authority"] = Issuer.Address,
                ["TenantHub__Oidc__Audience"] = TokenIssuer.Audience,
                ["TenantHub__Oidc__ClientId"] = TokenIssuer.ClientId,
                ["TenantHub__Oidc__ClientSecret"] = TokenIssuer.ClientSecret,
                ["TenantHub__Oidc__DeviceClientId"] = TokenIssuer.DeviceClientId,
                ["TenantHub__Oidc__Roles__hub-readers"] = "read_only",
                ["TenantHub__Oidc__Roles__hub-operators"] = "operator",
                ["TenantHub__Oidc__Roles__hub-admins"] = "admin",
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Issuer.DisposeAsync();
    }
}
