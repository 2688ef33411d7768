using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Testing;

namespace TenantHub.Server.Calls;

/// <summary>Reads the call log, which is written a moment after the calls.</summary>
internal static class CallLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The record of a call, once it is written.</summary>
    public static async Task<JsonNode> FindAsync(HttpClient hub, string id)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var since = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(since) < Patience)
        {
            var record = await hub.SendAsync(HttpMethod.Get, $"/requests/logs/{id}");
            if (record.Status is HttpStatusCode.OK)
                return record.Body!["data"]!;
            await timer.WaitForNextTickAsync();
        }

        throw new TimeoutException($"The call {id} was not logged within {Patience}.");
    }
}
