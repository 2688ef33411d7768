namespace TenantHub.Server.Hosting;

/// <summary>The host's defaults: settings lie beside the binary, whatever the working directory.</summary>
internal static class ServerHost
{
    private const string DefaultUrl = "http://localhost:5400";

    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions
            {
                Args = args,
                ContentRootPath = AppContext.BaseDirectory,
                EnvironmentName = DefaultEnvironment(),
            }
        );
        StartFailure.Watch(builder.Logging);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
            builder.WebHost.UseUrls(DefaultUrl);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBufferSize = 256 * 1024; // What a sender of a file holds here while it waits for its turn.
        });

        // No change of thread between a socket and its request: a seventh of a call's CPU time (docs/performance.md). Unsafe for code that
        // blocks; no endpoint does.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        QuietWatchdogAtStart(builder.Logging);
        return builder;
    }

    /// <summary>
    /// Orleans' watchdog warns of a standstill that lasted as long as the machine has been up when it looks before its own first check has
    /// ended, which it does at every other start. Later its warnings mean what they say.
    /// </summary>
    private static void QuietWatchdogAtStart(ILoggingBuilder logging)
    {
        var started = TimeProvider.System.GetTimestamp();
        logging.AddFilter(
            "Orleans.Runtime.Watchdog",
            level => level >= LogLevel.Warning && TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(30)
        );
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
