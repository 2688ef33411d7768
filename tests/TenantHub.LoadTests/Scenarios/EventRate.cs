using System.Net.Http.Headers;
using System.Text;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// Signed callbacks are sent past the emulator, whose own sender would be what is measured. Each is another change. An endpoint takes every
/// event, and action calls go on beside.
/// </remarks>
internal sealed class EventRate : IScenario
{
    private const int PerSecond = 500;
    private const int CallsPerSecond = 50;
    private static readonly TimeProvider Clock = TimeProvider.System;

    public string Name => "event-rate";

    public string Sentence =>
        "500 callbacks a second of Autodesk's, with an endpoint that is told of each and action calls beside: what is answered is told once, and the answer comes long before Autodesk gives up.";

    public bool IsCheck => false; // It is a measurement; "events" checks that nothing is lost.

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup = "1 hub process over HTTP, SQLite, emulator and endpoint in this process";
        run.Phase($"starting {run.Setup}");
        await using var endpoint = await EventReceiver.StartAsync();
        await using var emulator = await EmulatorHost.StartAsync();
        await using var hub = await ServerProcess.StartAsync(emulator.Address, settings: SubscribedAccounts.Settings);
        run.Sample = () => Task.FromResult(ProcessSample.OfAll([hub.ProcessId]));
        await hub.Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = endpoint.Url });
        var accounts = new SubscribedAccounts(emulator, [hub]);
        run.Phase("linking and subscribing accounts");
        await accounts.LinkAsync(run.Accounts(normal: 200, inShort: 20));
        var time = run.Time(60, 5);
        var callbacks = await CallbacksAsync(emulator, hub, accounts.ClientId, (int)(time.TotalSeconds * PerSecond));
        var calls = accounts.All.Select(account => Call(hub, account)).ToList();
        using var receiver = await HttpLoad.OpenAsync(hub.Address, callbacks, connections: 64);
        using var beside = await HttpLoad.OpenAsync(hub.Address, calls, connections: 16);
        await beside.ClosedAsync(TimeSpan.FromSeconds(3)); // Warm.
        run.Phase($"{PerSecond} callbacks and {CallsPerSecond} calls a second");
        var (cpu, began) = (hub.CpuTime, Clock.GetTimestamp());
        var calling = beside.OpenAsync(time, CallsPerSecond);
        var received = await receiver.OpenAsync(time, PerSecond);
        var called = await calling;
        run.Note("errors", received.Errors + called.Errors);
        run.Note("callbacks answered per second", received.PerSecond);
        run.Note("receiver p50", received.Percentile(0.5), "ms");
        run.Note("receiver p99", received.Percentile(0.99), "ms");
        run.Note("longest answer of the receiver", received.Latencies[^1], "ms");
        run.Note("calls beside: p50", called.Percentile(0.5), "ms");
        run.Note("calls beside: p99", called.Percentile(0.99), "ms");
        run.Phase("waiting for the endpoint");
        var sent = Math.Min(received.Latencies.Length, callbacks.Length);
        await SubscribedAccounts.WithProgressAsync(
            () => endpoint.Taken.Select(taken => taken.Id).Distinct().Count(),
            sent,
            "events at the endpoint"
        );
        run.Note("all told after the last was sent", (Clock.GetElapsedTime(began) - received.Took).TotalSeconds, "s");
        run.Note("requests to the endpoint per event", endpoint.Seen.Count / (double)sent);
        run.Note("CPU of the hub per event, with calls beside", (hub.CpuTime - cpu).TotalMilliseconds / received.Latencies.Length, "ms");
    }

    /// <summary>Callbacks of all hooks in turn, each of another change, signed by the emulator.</summary>
    private static async Task<byte[][]> CallbacksAsync(EmulatorHost emulator, ServerProcess hub, string clientId, int count)
    {
        var hooks = (
            from entry in await emulator.JournalAsync(clientId)
            where entry.Method == "POST" && entry.Path.EndsWith("/hooks", StringComparison.Ordinal) && entry.Status == 201
            let made = entry.ResponseHeaders.First(header => header.Key.Equals("location", StringComparison.OrdinalIgnoreCase)).Value
            let body = entry.BodyJson!
            select (Id: made.Split('/')[^1], Path: new Uri((string)body["callbackUrl"]!).AbsolutePath, Project: (string)body["projectId"]!)
        ).ToList();
        var callbacks = new byte[count][];
        for (var number = 0; number < hooks.Count; number++)
        {
            var hook = hooks[number];
            var own = Enumerable.Range(0, count).Where(i => i % hooks.Count == number).ToList();
            var bodies = own.ConvertAll(i => ContentOf(i, hook.Project));
            var signed = await emulator.PostAsync("callbacks/sign", new { hook_id = hook.Id, bodies });
            foreach (var (i, body, signature) in own.Zip(bodies, signed["signatures"]!.AsArray()))
            {
                callbacks[i] = Encoding.UTF8.GetBytes(
                    $"POST {hook.Path} HTTP/1.1\r\nHost: {hub.Address.Authority}\r\nx-adsk-signature: {(string)signature!}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"
                );
            }
        }

        return callbacks;
    }

    private static string ContentOf(int number, string project) =>
        $$$"""{"version":"1.0","resourceUrn":"urn:adsk.wipprod:fs.folder:co.{{{number}}}","hook":{"hookId":"x","tenant":"y","status":"active"},"payload":{"name":"folder {{{number}}}","source":"urn:adsk.wipprod:fs.folder:co.{{{number}}}","project":"{{{project}}}","creator":"ABCDEFGH","createdTime":"2026-11-30T12:00:00+0000","parentFolderUrn":"urn:adsk.wipprod:fs.folder:co.parent","tenant":"{{{project}}}"}}""";

    private static byte[] Call(ServerProcess hub, SubscribedAccount account)
    {
        const string Body = """{"action":"autodesk_get_hub"}""";
        var key = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(ServerProcess.AdminKey + ":")));
        return Encoding.ASCII.GetBytes(
            $"POST /actions/rpc HTTP/1.1\r\nHost: {hub.Address.Authority}\r\nAuthorization: {key}\r\nx-account-id: {account.Id}\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"
        );
    }
}
