using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using TenantHub.Accounts;
using TenantHub.Actions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace TenantHub.LoadTests.Peers;

/// <summary>What else one could put in front of Autodesk, each as its documentation shows it. They do a part of what the hub
/// does.</summary>
internal static class Gateways
{
    private const string Account = "x-account-id";
    private const string Tenants = "tenants";
    private const string Token = "a-token-of-the-usual-length-a-token-of-the-usual-length";
    private const int LimitAboveTheLoad = 100_000_000;

    /// <summary>YARP that adds a bearer token; with a limit of its own for each tenant when that is wanted.</summary>
    public static WebApplication Yarp(string url, string upstream, bool limited)
    {
        var builder = NewBuilder(url);
        builder
            .Services.AddReverseProxy()
            .LoadFromMemory(
                [
                    new RouteConfig
                    {
                        RouteId = "all",
                        ClusterId = "aps",
                        Match = new RouteMatch { Path = "{**rest}" },
                        RateLimiterPolicy = limited ? Tenants : null,
                    },
                ],
                [
                    new ClusterConfig
                    {
                        ClusterId = "aps",
                        Destinations = new Dictionary<string, DestinationConfig> { ["aps"] = new() { Address = upstream } },
                    },
                ]
            )
            .AddTransforms(transforms =>
                transforms.AddRequestTransform(transform =>
                {
                    transform.ProxyRequest.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
                    return default;
                })
            );
        builder.Services.AddRateLimiter(limiter =>
            limiter.AddPolicy(
                Tenants,
                http =>
                    RateLimitPartition.GetSlidingWindowLimiter(
                        http.Request.Headers[Account].ToString(),
                        _ => new SlidingWindowRateLimiterOptions
                        {
                            PermitLimit = LimitAboveTheLoad,
                            Window = TimeSpan.FromMinutes(1),
                            SegmentsPerWindow = 60,
                            AutoReplenishment = false,
                        }
                    )
            )
        );
        var app = builder.Build();
        MapMeasure(app);
        if (limited)
            app.UseRateLimiter();
        app.MapReverseProxy();
        return app;
    }

    /// <summary>A minimal API with Polly's repeats and time-out around HttpClient, and a semaphore for each tenant.</summary>
    public static WebApplication Plain(string url, string upstream)
    {
        var builder = NewBuilder(url);
        builder.Services.AddHttpClient("aps", client => client.BaseAddress = new Uri(upstream));
        var app = builder.Build();
        MapMeasure(app);
        var tenants = new ConcurrentDictionary<string, SemaphoreSlim>();
        var polly = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(
                new RetryStrategyOptions<HttpResponseMessage>
                {
                    ShouldHandle = arguments =>
                        ValueTask.FromResult(
                            arguments.Outcome
                                is { Exception: HttpRequestException }
                                    or { Result.StatusCode: >= System.Net.HttpStatusCode.InternalServerError }
                        ),
                }
            )
            .AddTimeout(TimeSpan.FromSeconds(30))
            .Build();
        var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("aps");
        app.MapGet(
            "/project/v1/hubs/{id}",
            async (string id, HttpContext http) =>
            {
                var turn = tenants.GetOrAdd(http.Request.Headers[Account].ToString(), static _ => new SemaphoreSlim(1, 1));
                await turn.WaitAsync(http.RequestAborted);
                try
                {
                    using var response = await polly.ExecuteAsync(
                        async abort =>
                        {
                            using var request = new HttpRequestMessage(HttpMethod.Get, "/project/v1/hubs/" + id);
                            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
                            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, abort);
                        },
                        http.RequestAborted
                    );
                    (http.Response.StatusCode, http.Response.ContentType, http.Response.ContentLength) = (
                        (int)response.StatusCode,
                        response.Content.Headers.ContentType?.ToString(),
                        response.Content.Headers.ContentLength
                    );
                    await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
                }
                finally
                {
                    turn.Release();
                }
            }
        );
        return app;
    }

    /// <summary>A Hub backend of one's own that calls the hub's grains: the Orleans client in another process than the silo.</summary>
    public static WebApplication OrleansClient(string url, int gatewayPort)
    {
        var builder = NewBuilder(url);
        builder.Host.UseOrleansClient(client => client.UseLocalhostClustering(gatewayPort, "tenanthub", "tenanthub"));
        var app = builder.Build();
        MapMeasure(app);
        app.MapGet(
            "/project/v1/hubs/{id}",
            async (HttpContext http, IClusterClient grains) =>
            {
                var result = await grains
                    .GetGrain<ILinkedAccountGrain>(http.Request.Headers[Account].ToString())
                    .RunActionAsync(new ActionRequest("autodesk_get_hub"), http.RequestAborted);
                if (result is not ActionResult.Succeeded { Data: { } data })
                {
                    http.Response.StatusCode = StatusCodes.Status502BadGateway;
                    return;
                }

                (http.Response.ContentType, http.Response.ContentLength) = ("application/json", data.Memory.Length);
                await http.Response.Body.WriteAsync(data.Memory, http.RequestAborted);
            }
        );
        return app;
    }

    private static WebApplicationBuilder NewBuilder(string url)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.ClearProviders().AddConsole().SetMinimumLevel(LogLevel.Warning);
        return builder;
    }

    private static void MapMeasure(WebApplication app) =>
        app.MapGet("/_allocated", () => GC.GetTotalAllocatedBytes().ToString(System.Globalization.CultureInfo.InvariantCulture));
}
