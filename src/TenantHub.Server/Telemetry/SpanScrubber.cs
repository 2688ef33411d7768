using System.Collections.Frozen;
using System.Diagnostics;
using OpenTelemetry;
using TenantHub.Telemetry;

namespace TenantHub.Server.Telemetry;

/// <summary>
/// Of the spans that are not ours only these tags leave the process. ASP.NET's would carry paths, in which a link's token may stand, and
/// what callers say of themselves; Orleans' carry grain keys and the text of exceptions.
/// </summary>
internal sealed class SpanScrubber : BaseProcessor<Activity>
{
    private static readonly FrozenSet<string> Kept = new[]
    {
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "network.protocol.version",
        "url.scheme",
        "server.address",
        "server.port",
        "error.type",
        "rpc.system.name",
        "rpc.method",
        "exception.type",
        "status",
    }.ToFrozenSet();

    public override void OnEnd(Activity data)
    {
        if (data.Source.Name == TenantHubTelemetry.Name)
            return;
        foreach (var tag in data.TagObjects.Where(tag => !Kept.Contains(tag.Key)).ToList())
            data.SetTag(tag.Key, null); // Null takes it away.
        if (data.Status is ActivityStatusCode.Error)
            data.SetStatus(ActivityStatusCode.Error); // Without the description.
    }
}
