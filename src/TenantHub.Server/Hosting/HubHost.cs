namespace TenantHub.Server.Hosting;

/// <summary>The host's defaults: settings lie beside the binary, whatever the working directory.</summary>
internal static class HubHost
{
    private const string DefaultUrl = "http://localhost:5400";

    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = DefaultEnvironment(),
        });
        StartFailure.Watch(builder.Logging);
        if (string.IsNullOrEmpty(builder.Configuration["urls"])) builder.WebHost.UseUrls(DefaultUrl);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

        // No change of thread between a socket and its request: a seventh of a call's CPU time (docs/performance.md). Unsafe for code that
        // blocks; no endpoint does.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        return builder;
    }

    /// <summary>
    /// `dotnet run` from a clone is Development; anything published is Production, unless the environment says otherwise.
    /// Null leaves the decision to ASPNETCORE_ENVIRONMENT and DOTNET_ENVIRONMENT.
    /// </summary>
    private static string? DefaultEnvironment()
    {
#if DEBUG
        var given =
            Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT");
        return string.IsNullOrEmpty(given) ? Environments.Development : null;
#else
        return null;
#endif
    }
}
