using Microsoft.Extensions.Options;
using TenantHub.ApsEmulator;

namespace TenantHub.Server.Hosting;

/// <summary>The emulator of Autodesk's services that runs beside the server in Development, so that nobody needs an Autodesk account to try
/// it.</summary>
internal static class EmbeddedEmulator
{
    private const string Section = "TenantHub:Emulator";
    private const string BaseUrl = "TenantHub:Autodesk:BaseUrl";
    private const string StorageHosts = "TenantHub:Autodesk:AllowedStorageHosts";
    private const string EventsUrl = "TenantHub:Events:PublicUrl";
    private const string DefaultUrls = "http://127.0.0.1:5401";

    /// <summary>
    /// Starts it when <c>TenantHub:Emulator:Enabled</c> says so; when nothing is said, in Development without another base URL. The server
    /// is then pointed at it.
    /// </summary>
    /// <exception cref="OptionsValidationException">It is enabled outside Development.</exception>
    public static async Task<WebApplication?> StartIfEnabledAsync(WebApplicationBuilder builder)
    {
        var development = builder.Environment.IsDevelopment();
        var enabled =
            builder.Configuration.GetValue<bool?>($"{Section}:Enabled")
            ?? (development && string.IsNullOrEmpty(builder.Configuration[BaseUrl]));
        if (!enabled)
            return null;
        if (!development)
            throw new OptionsValidationException(
                Section,
                typeof(EmulatorOptions),
                [
                    $"{Section}:Enabled is true in the environment {builder.Environment.EnvironmentName}. The emulator runs in Development only.",
                ]
            );

        var emulator = EmulatorApplication.Create(new EmulatorOptions { Urls = builder.Configuration[$"{Section}:Urls"] ?? DefaultUrls });
        try
        {
            await emulator.StartAsync();
        }
        catch (IOException exception)
        {
            throw new OptionsValidationException(
                Section,
                typeof(EmulatorOptions),
                [$"The emulator cannot listen: {exception.Message} Set {Section}:Urls to a free address, or {Section}:Enabled to false."]
            );
        }

        var address = new Uri(emulator.Urls.First());

        var settings = new Dictionary<string, string?>();
        if (string.IsNullOrEmpty(builder.Configuration[BaseUrl]))
            settings[BaseUrl] = address.ToString();
        if (string.IsNullOrEmpty(builder.Configuration[EventsUrl]) && OwnAddress(builder.Configuration) is { } own)
            settings[EventsUrl] = own.ToString(); // The emulator is on this machine, so it reaches us there.
        var taken = builder.Configuration.GetSection(StorageHosts).GetChildren().Count();
        settings[$"{StorageHosts}:{taken}"] = address.Authority;
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton(new EmulatorAddress(address));
        return emulator;
    }

    /// <summary>Where the server is going to listen; null when only its start tells.</summary>
    private static Uri? OwnAddress(ConfigurationManager configuration) =>
        Uri.TryCreate(configuration["urls"]?.Split(';')[0], UriKind.Absolute, out var address) && address.Port > 0 ? address : null;
}

/// <summary>Where the embedded emulator listens; registered only when it runs.</summary>
internal sealed record EmulatorAddress(Uri Address);
