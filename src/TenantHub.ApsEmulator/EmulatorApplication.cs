using TenantHub.ApsEmulator.AccountAdmin;
using TenantHub.ApsEmulator.Auth;
using TenantHub.ApsEmulator.Control;
using TenantHub.ApsEmulator.DataManagement;
using TenantHub.ApsEmulator.Faults;
using TenantHub.ApsEmulator.Journal;
using TenantHub.ApsEmulator.Oss;
using TenantHub.ApsEmulator.Webhooks;

namespace TenantHub.ApsEmulator;

/// <summary>Makes the emulator: a web application of its own, on real ports, beside the server, in tests, or alone.</summary>
public static class EmulatorApplication
{
    /// <summary>Creates it; start it with <c>StartAsync</c> and read <c>Urls</c> for where it listens.</summary>
    public static WebApplication Create(EmulatorOptions options, string[]? args = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { Args = args ?? [], ContentRootPath = AppContext.BaseDirectory }
        );
        builder.Configuration.Sources.Clear(); // Whoever hosts it has settings of its own, which are not the emulator's.
        builder.Configuration.AddInMemoryCollection();
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.SetMinimumLevel(args is null ? LogLevel.Warning : LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        if (args is null) // The server says why it does not start.
            builder
                .Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
                .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.None);

        var state = new EmulatorState(options);
        builder.Services.AddSingleton(state).AddHostedService<CallbackSender>();
        var app = builder.Build();
        app.Use(JoinSlashes);
        app.UseMiddleware<JournalMiddleware>();
        app.UseMiddleware<FaultMiddleware>();
        app.UseRouting();

        var aps = new ApsEndpoints(app, state);
        TokenEndpoint.Map(app, state);
        HqEndpoints.Map(aps);
        ConstructionAdminEndpoints.Map(aps);
        HubEndpoints.Map(aps);
        FolderEndpoints.Map(aps);
        ItemEndpoints.Map(aps);
        BucketEndpoints.Map(aps);
        TransferEndpoints.Map(aps, app);
        BatchEndpoints.Map(aps);
        WebhookEndpoints.Map(aps);
        SecretEndpoints.Map(aps);
        ControlEndpoints.Map(app, state);
        WebhookControl.Map(app, state);
        app.MapFallback(() =>
            Answers.Json(
                404,
                new System.Text.Json.Nodes.JsonObject
                {
                    ["developerMessage"] = "The requested resource does not exist.",
                    ["errorCode"] = "404",
                }
            )
        );
        app.Lifetime.ApplicationStopped.Register(state.Reset); // Deletes the temporary files of large uploads.
        return app;
    }

    /// <summary>Autodesk's gateway takes doubled slashes, which its own clients send when a base URL ends in one.</summary>
    private static Task JoinSlashes(HttpContext http, RequestDelegate next)
    {
        var path = http.Request.Path.Value!;
        while (path.Contains("//", StringComparison.Ordinal))
            path = path.Replace("//", "/", StringComparison.Ordinal);
        http.Request.Path = path;
        return next(http);
    }
}
