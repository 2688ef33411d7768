using TenantHub.ApsEmulator;

var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
var urls = configuration["Emulator:Urls"] ?? configuration["urls"] ?? configuration["ASPNETCORE_URLS"] ?? new EmulatorOptions().Urls;
await using var app = EmulatorApplication.Create(new EmulatorOptions { Urls = urls }, args);
await app.StartAsync();
Started(app.Logger, string.Join(", ", app.Urls), EmulatorSeed.ClientId, EmulatorSeed.ClientSecret, EmulatorSeed.AccAccountId);
await app.WaitForShutdownAsync();

/// <summary>The entry point, for the log message only.</summary>
internal sealed partial class Program
{
    [LoggerMessage(
        8001,
        LogLevel.Information,
        "The APS emulator listens on {Urls}; app {ClientId} / {ClientSecret}, account {AccAccountId}"
    )]
    private static partial void Started(ILogger logger, string urls, string clientId, string clientSecret, string accAccountId);
}
