using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using TenantHub.Configuration;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Security;

/// <summary>
/// What one address may have refused, and what it may ask for without a key, by ASP.NET Core's rate limiter. An API key that is known here
/// and good is never refused for what others from its address do.
/// </summary>
internal sealed class RefusalLimits : IDisposable
{
    public const string Documents = "documents";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> _wrongKeys;

    public RefusalLimits(IOptions<RefusalOptions> options) =>
        _wrongKeys = PartitionedRateLimiter.Create<string, string>(address =>
            RateLimitPartition.GetFixedWindowLimiter(address, _ => Fixed(options.Value.WrongKeysPerMinute))
        );

    public static IServiceCollection Add(IServiceCollection services)
    {
        services.AddTenantHubOptions<RefusalOptions, RefusalOptionsValidator>(RefusalOptions.SectionName);
        services.AddSingleton<RefusalLimits>();
        services.AddRateLimiter(_ => { });
        services
            .AddOptions<RateLimiterOptions>()
            .Configure<IOptions<RefusalOptions>>(
                (limiter, options) =>
                {
                    limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
                        FormOf(http.Request) switch
                        {
                            "sign-in" => RateLimitPartition.GetFixedWindowLimiter(
                                "sign-in " + AddressOf(http),
                                _ => Fixed(options.Value.SignInsPerMinute)
                            ),
                            "link" => RateLimitPartition.GetFixedWindowLimiter(
                                "link " + AddressOf(http),
                                _ => Fixed(options.Value.LinkPagesPerMinute)
                            ),
                            _ => RateLimitPartition.GetNoLimiter(""),
                        }
                    );
                    limiter.AddPolicy(
                        Documents,
                        http => RateLimitPartition.GetFixedWindowLimiter(AddressOf(http), _ => Fixed(options.Value.DocumentsPerMinute))
                    );
                    limiter.OnRejected = async (context, _) =>
                        await new ErrorResult(
                            RequestErrors.TooMany(
                                "Too many requests of this kind came from your address.",
                                context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window
                            )
                        ).ExecuteAsync(context.HttpContext);
                }
            );
        return services;
    }

    /// <summary>Counts the requests that are limited. All others go on without a limiter, which would cost a call a hundredth.</summary>
    public static void Use(IApplicationBuilder app) =>
        app.UseWhen(
            http => FormOf(http.Request) is not null || http.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>() is not null,
            limited => limited.UseRateLimiter()
        );

    /// <summary>Whether so many wrong keys came from the address that no more are looked up.</summary>
    public bool IsSpent(HttpContext http) => _wrongKeys.GetStatistics(AddressOf(http)) is { CurrentAvailablePermits: 0 };

    /// <summary>Counts a wrong key; gives how long to wait when it was one too many.</summary>
    public TimeSpan? Count(HttpContext http)
    {
        using var lease = _wrongKeys.AttemptAcquire(AddressOf(http));
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait
            : Window;
    }

    public void Dispose() => _wrongKeys.Dispose();

    /// <summary>Of an IPv6 address what a subscriber has to themselves.</summary>
    private static string AddressOf(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } address)
            return "-";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily is AddressFamily.InterNetworkV6 ? $"{Masked(address)}/64" : address.ToString();

        static IPAddress Masked(IPAddress address)
        {
            var bytes = address.GetAddressBytes();
            bytes.AsSpan(8).Clear();
            return new IPAddress(bytes);
        }
    }

    private static string? FormOf(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments("/ui/sign-in") ? "sign-in"
        : request.Path.StartsWithSegments("/link") ? "link"
        : null;

    private static FixedWindowRateLimiterOptions Fixed(int permits) =>
        new()
        {
            PermitLimit = permits,
            Window = Window,
            QueueLimit = 0,
        };
}

/// <summary>How much one address may have refused or ask for without a key, in a minute.</summary>
internal sealed class RefusalOptions
{
    public const string SectionName = "TenantHub:Refusals";

    /// <summary>Gets or sets how many wrong API keys are looked up.</summary>
    /// <value>The default is 60.</value>
    [Range(1, 1_000_000)]
    public int WrongKeysPerMinute { get; set; } = 60;

    /// <summary>Gets or sets how often one may try to sign in to the pages.</summary>
    /// <value>The default is 20.</value>
    [Range(1, 1_000_000)]
    public int SignInsPerMinute { get; set; } = 20;

    /// <summary>Gets or sets how many requests for pages of links are answered; an open page looks every few seconds.</summary>
    /// <value>The default is 300.</value>
    [Range(1, 1_000_000)]
    public int LinkPagesPerMinute { get; set; } = 300;

    /// <summary>Gets or sets how often the API's documents are given.</summary>
    /// <value>The default is 120.</value>
    [Range(1, 1_000_000)]
    public int DocumentsPerMinute { get; set; } = 120;
}

[OptionsValidator]
internal sealed partial class RefusalOptionsValidator : IValidateOptions<RefusalOptions>;
