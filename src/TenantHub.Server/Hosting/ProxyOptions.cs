using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace TenantHub.Server.Hosting;

/// <summary>A proxy in front of the server, which says from whom a request comes. Without it the address of the connection counts, and no
/// header.</summary>
internal sealed class ProxyOptions
{
    public const string SectionName = "TenantHub:Proxy";

    /// <summary>Gets the networks in which the proxies are, for example <c>10.0.0.0/8</c>; a single address is a network too
    /// (<c>10.0.0.7/32</c>).</summary>
    /// <value>The default is none: no header is believed.</value>
    public IList<string> Networks { get; } = [];

    /// <summary>Gets or sets the header in which the proxy names the caller's address. Its last entry counts.</summary>
    /// <value>The default is <c>X-Forwarded-For</c>.</value>
    public string Header { get; set; } = "X-Forwarded-For";

    /// <summary>Takes the caller's address from the header of a known proxy.</summary>
    public static void Use(WebApplication app)
    {
        var proxy = app.Configuration.GetSection(SectionName).Get<ProxyOptions>() ?? new();
        if (proxy.Networks.Count == 0)
            return;
        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor,
            ForwardedForHeaderName = proxy.Header,
            ForwardLimit = 1,
        };
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (var text in proxy.Networks)
        {
            if (!System.Net.IPNetwork.TryParse(text, out var network))
                throw new OptionsValidationException(
                    SectionName,
                    typeof(ProxyOptions),
                    [$"{SectionName}:Networks holds \"{text}\"; a network looks like 10.0.0.0/8."]
                );
            forwarded.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(forwarded);
    }
}
