using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.ApsEmulator;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Access;
using TenantHub.Storage;

namespace TenantHub.Server.Hosting;

/// <summary>In Development with the emulator: links the demo account once, and prints lines that work when pasted.</summary>
internal sealed partial class Welcome(
    IServer server,
    IGrainFactory grains,
    IAccountDirectory directory,
    AdminKey adminKey,
    DemoSignIn signInLink,
    IOptions<StorageOptions> storage,
    IServiceProvider services,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<Welcome> logger
) : IHostedService
{
    /// <summary>The id of the demo's account: always the same, so that the examples of the API page run as they are.</summary>
    public const string DemoAccount = "acc_0000000000000000000000DEM0";

    private const string DemoOwner = "demo-owner";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The server's address is known only after everything has started.
        lifetime.ApplicationStarted.Register(() => _ = GreetAsync());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task GreetAsync()
    {
        try
        {
            if (services.GetService<EmulatorAddress>() is not { } emulator)
                return;
            var account = await DemoAccountAsync();
            Print(server.Features.Get<IServerAddressesFeature>()!.Addresses.First(), emulator.Address.ToString().TrimEnd('/'), account);
        }
        catch (Exception exception)
        {
            LogNoDemo(exception);
        }
    }

    /// <summary>The demo account of an earlier start when it is still there, else a new one.</summary>
    private async Task<string> DemoAccountAsync()
    {
        var known = await directory.ListAsync(new AccountFilter { OriginOwnerIds = [DemoOwner], PageSize = 1 });
        if (known is [var demo, ..])
            return demo.Id;

        var unlinked = await grains.GetGrain<ILinkedAccountGrain>(DemoAccount).DescribeAsync() is AccountResult.Described;
        var id = unlinked ? LinkedAccountId.New(clock).Value : DemoAccount; // The id of an account that was unlinked is used up.
        var result = await grains
            .GetGrain<ILinkedAccountGrain>(id)
            .LinkAsync(
                new LinkAccountRequest
                {
                    OriginOwnerId = DemoOwner,
                    OriginOwnerName = "Demo owner",
                    Label = "Demo account (emulator)",
                    ClientId = EmulatorSeed.ClientId,
                    ClientSecret = new Secret(EmulatorSeed.ClientSecret),
                    AccAccountId = EmulatorSeed.AccAccountId,
                    Region = EmulatorSeed.Region,
                }
            );
        return result is AccountResult.Described
            ? id
            : throw new InvalidOperationException($"The demo account could not be linked: {((AccountResult.Failed)result).Error.Detail}");
    }

    private void Print(string address, string emulator, string account)
    {
        var url = address
            .Replace("[::]", "localhost", StringComparison.Ordinal)
            .Replace("0.0.0.0", "localhost", StringComparison.Ordinal)
            .TrimEnd('/');
        var key = adminKey.Printable ?? "\"$KEY\"";
        var ask = adminKey.Printable is null ? "printf 'API key: '; read -rs KEY; echo; " : ""; // A key of the operator's own is not printed.
        var signIn = signInLink.Offer() is { } link ? $"\n  Sign in once    {url}{link}" : "";
#pragma warning disable RS0030 // The one place that speaks to the person at the console: lines to paste must not carry a log prefix.
        Console.Out.WriteLine(
            $$"""

            TenantHub is running at {{url}}
              Console         {{url}}/ui{{signIn}}
              Documents       {{url}}/docs
              Emulator        {{emulator}}   (Autodesk's services, emulated; everything below runs against it)
              Data            {{Path.GetFullPath(storage.Value.DataDirectory)}}
              API key         {{adminKey.Printable ?? "yours (TenantHub:Bootstrap:AdminKey)"}}
              Demo account    {{account}}

            Paste this to run your first action:

              {{ask}}curl -s -u {{key}}: -H 'x-account-id: {{account}}' -H 'content-type: application/json' \
                -d '{"action":"autodesk_list_hubs"}' {{url}}/actions/rpc

            and this to see what the account is doing:

              {{ask}}curl -s -u {{key}}: {{url}}/accounts/{{account}}/state

            """
        );
#pragma warning restore RS0030
    }

    [LoggerMessage(7001, LogLevel.Warning, "The demo account could not be prepared")]
    private partial void LogNoDemo(Exception exception);
}
