using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TenantHub.Configuration;
using TenantHub.Server.Security;
using TenantHub.Telemetry;

namespace TenantHub.Server.Telemetry;

/// <summary>
/// OpenTelemetry. Metrics are collected for <c>/metrics</c>. Traces, metrics and logs are sent by OTLP when
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; the other <c>OTEL_*</c> settings (protocol, headers, sampler, service name) hold too.
/// </summary>
internal static class TelemetryRegistration
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string OrleansCalls = "Microsoft.Orleans.Application";
    private const string OrleansMeter = "Microsoft.Orleans";

    /// <summary>Of Orleans' ninety instruments those that tell how a cluster is; each of the others would cost something per
    /// message.</summary>
    private static readonly string[] OrleansInstruments =
    [
        "orleans-catalog-activations",
        "orleans-catalog-activation-created",
        "orleans-catalog-activation-destroyed",
        "orleans-messaging-rejected",
        "orleans-messaging-expired",
        "orleans-scheduler-long-running-turns",
        "orleans-runtime-activation-working-set",
    ];

    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddTenantHubOptions<MetricsOptions, MetricsOptionsValidator>(MetricsOptions.SectionName);
        var metrics = MetricsOf(builder.Configuration);
        var sends = IsSent(builder.Configuration);
        if (!metrics.Enabled && !sends)
            return builder;

        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("tenanthub"));
        telemetry.WithMetrics(meters =>
        {
            meters.AddMeter(
                TenantHubTelemetry.Name,
                "Microsoft.AspNetCore.Hosting",
                "Microsoft.AspNetCore.Server.Kestrel",
                "System.Runtime",
                "Npgsql",
                OrleansMeter
            );
            meters.AddView(instrument =>
                instrument.Meter.Name == OrleansMeter && !OrleansInstruments.Contains(instrument.Name)
                    ? MetricStreamConfiguration.Drop
                    : null
            );
            if (metrics.Enabled)
                meters.AddPrometheusExporter(options => (options.ScopeInfoEnabled, options.TargetInfoEnabled) = (false, false));
        });
        if (metrics is { Enabled: true, Port: { } port })
            builder.WebHost.UseUrls($"{builder.Configuration["urls"]};http://*:{port}");
        if (!sends)
            return builder;

        telemetry.WithTracing(traces =>
            traces.AddAspNetCoreInstrumentation().AddSource(TenantHubTelemetry.Name, OrleansCalls).AddProcessor<SpanScrubber>()
        );
        telemetry.WithLogging(null, options => (options.IncludeFormattedMessage, options.IncludeScopes) = (true, false));
        telemetry.UseOtlpExporter();
        return builder;
    }

    /// <summary>Lets a trace go on from grain to grain. The filters cost every grain call something, so they are there only when traces are
    /// sent.</summary>
    public static ISiloBuilder UseTracing(this ISiloBuilder silo) => IsSent(silo.Configuration) ? silo.AddActivityPropagation() : silo;

    /// <summary>
    /// Serves <c>/metrics</c>: beside the API, where it needs an API key like everything else; or on a port of its own, where there is
    /// nothing else and no key is asked for. The port is that of the connection: a Host header cannot pretend it.
    /// </summary>
    public static WebApplication UseMetrics(this WebApplication app)
    {
        var metrics = MetricsOf(app.Configuration);
        if (!metrics.Enabled)
            return app;
        app.Services.GetRequiredService<TenantHubTelemetry>(); // Its gauges are there before the first call.
        if (metrics.Port is { } port)
            app.MapWhen(
                http => http.Connection.LocalPort == port,
                own => own.UseOpenTelemetryPrometheusScrapingEndpoint().Run(NothingElse)
            );
        else
            app.MapPrometheusScrapingEndpoint().RequireAuthorization(Policies.ReadShared);
        return app;

        static Task NothingElse(HttpContext http)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
    }

    private static MetricsOptions MetricsOf(IConfiguration configuration) =>
        configuration.GetSection(MetricsOptions.SectionName).Get<MetricsOptions>() ?? new MetricsOptions();

    private static bool IsSent(IConfiguration configuration) => !string.IsNullOrEmpty(configuration[OtlpEndpoint]);
}
