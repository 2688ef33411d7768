using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Clusters;

/// <summary>An account that uploads and calls.</summary>
internal sealed class UploadingAccount(ServerProcess hub, string id, string project, string folder)
{
    private const int Part = 5 * 1024 * 1024;
    private const int PartsInFlight = 3; // The hub's default, and the direct loop's.
    private const int SlowBytesPerSecond = 250_000; // Two megabits.
    private const long SlowBytes = 1024L * 1024 * 1024;
    private static readonly TimeProvider Clock = TimeProvider.System;
    private static readonly HttpClient Storage = new(new SocketsHttpHandler());
    private int _files;

    public const string Setup = "hub process over HTTP, SQLite, emulator that keeps no files in this process";

    public List<string> Wrong { get; } = [];

    public static async Task<EmulatorHost> StartStorageAsync()
    {
        var emulator = await EmulatorHost.StartAsync();
        await emulator.PostAsync("settings", new { journal_bodies = false, keep_files = false });
        return emulator;
    }

    /// <summary>A hub whose limits are no matter here.</summary>
    public static Task<ServerProcess> StartHubAsync(EmulatorHost emulator) =>
        ServerProcess.StartAsync(
            emulator.Address,
            settings: new[] { "dm-hubs", "dm-storage-create", "dm-item-create", "oss" }.ToDictionary(
                group => "TenantHub__Quotas__Limits__" + group,
                _ => "1000000"
            )
        );

    public static async Task<UploadingAccount> LinkAsync(EmulatorHost emulator, ServerProcess hub)
    {
        var (clientId, secret) = await emulator.AddAppAsync();
        var emulated = await emulator.AddAccountAsync([clientId]);
        var linked = await hub.Http.LinkAsync(
            clientId,
            secret,
            (string)emulated["acc_account_id"]!,
            actAs: (string)emulated["users"]![0]!["id"]!
        );
        var at = emulated["projects"]![0]!;
        return new UploadingAccount(
            hub,
            linked.Text("id") ?? throw new InvalidOperationException($"Not linked: {linked.Body}"),
            (string)at["id"]!,
            (string)at["folders"]![0]!["id"]!
        );
    }

    /// <summary>Uploads a file by one PUT; gives how long the PUT took.</summary>
    public async Task<TimeSpan> UploadAsync(long size)
    {
        var address = (string)(await BeginAsync(size, "through"))["url"]!;
        using var content = new StreamContent(new PatternStream(size), 128 * 1024);
        content.Headers.ContentLength = size;
        var began = Clock.GetTimestamp();
        var answer = await hub.Http.SendAsync(HttpMethod.Put, address, content, id);
        if (answer.Status != HttpStatusCode.Created || (long?)answer.Body!["offset"] != size)
            lock (Wrong)
                Wrong.Add($"{size} bytes: {answer.Status} {answer.Body}");
        return Clock.GetElapsedTime(began);
    }

    /// <summary>What a caller does without the hub in between: sends so many parts at once to signed URLs. Signing counts too.</summary>
    public async Task<TimeSpan> SendDirectAsync(long size)
    {
        var address = (string)(await BeginAsync(size, "direct"))["url"]!;
        var began = Clock.GetTimestamp();
        var parts = (int)((size + Part - 1) / Part);
        for (var first = 1; first <= parts; first += 25)
        {
            var signed = await hub.Http.SendAsync(HttpMethod.Post, address + "/urls", new { first_part = first, count = 25 }, id);
            await Parallel.ForEachAsync(
                signed.Body!["parts"]!.AsArray(),
                new ParallelOptions { MaxDegreeOfParallelism = PartsInFlight },
                async (part, cancellationToken) =>
                {
                    using var content = new StreamContent(new PatternStream((long)part!["size"]!), 128 * 1024);
                    content.Headers.ContentLength = (long)part["size"]!;
                    using var put = await Storage.PutAsync(new Uri((string)part["url"]!), content, cancellationToken);
                    put.EnsureSuccessStatusCode();
                }
            );
        }

        var done = await hub.Http.SendAsync(HttpMethod.Post, address + "/complete", null, id);
        var took = Clock.GetElapsedTime(began);
        if (done.Text("status") != "done")
            lock (Wrong)
                Wrong.Add($"direct, {size} bytes: {done.Status} {done.Body}");
        return took;
    }

    /// <summary>Begins uploads that send at a rate until they are ended; each gives how many bytes were taken from it meanwhile.</summary>
    public async Task<IReadOnlyList<Task<long>>> BeginSlowAsync(int count, bool isDirect, CancellationToken end)
    {
        var sends = new List<Func<Task<long>>>();
        for (var i = 0; i < count; i++)
        {
            var address = (string)(await BeginAsync(SlowBytes, isDirect ? "direct" : "through"))["url"]!;
            if (!isDirect)
            {
                sends.Add(() => SendSlowlyAsync(hub.Http, new Uri(address, UriKind.Relative), SlowBytes, end));
                continue;
            }

            var signed = await hub.Http.SendAsync(HttpMethod.Post, address + "/urls", new { first_part = 1, count = 1 }, id);
            var url = new Uri((string)signed.Body!["parts"]![0]!["url"]!);
            sends.Add(async () =>
            {
                var sent = 0L;
                while (!end.IsCancellationRequested) // The same part again and again: storage does the same work.
                    sent += await SendSlowlyAsync(Storage, url, Part, end);
                return sent;
            });
        }

        var apart = TimeSpan.FromSeconds((double)Part / SlowBytesPerSecond / count); // Else all parts are full at the same moment.
        return
        [
            .. sends.Select(
                async (send, i) =>
                {
                    await Task.Delay(apart * i, Clock, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return await send();
                }
            ),
        ];
    }

    /// <summary>How many parts the last uploads have at storage, on average.</summary>
    public async Task<double> StoredPartsAsync(int count)
    {
        var last = (await hub.Http.SendAsync(HttpMethod.Get, $"/files/uploads?limit={count}", null, id)).Body!["data"]!.AsArray();
        var parts = 0.0;
        foreach (var upload in last)
            parts += (double)(await hub.Http.SendAsync(HttpMethod.Get, (string)upload!["url"]!, null, id)).Body!["parts_stored"]!;
        return parts / last.Count;
    }

    /// <summary>Calls at a fixed rate.</summary>
    public Task<int> CallAsync(double perSecond, TimeSpan time, Histogram calls) =>
        Pace.OpenAsync(
            perSecond,
            time,
            async (_, due) =>
            {
                var answer = await hub.Http.RpcAsync(id, new { action = "autodesk_list_hubs" });
                calls.Add(Clock.GetElapsedTime(due));
                if (answer.Status != HttpStatusCode.OK)
                    lock (Wrong)
                        Wrong.Add($"call: {answer.Status} {answer.Body}");
            }
        );

    private async Task<long> SendSlowlyAsync(HttpClient to, Uri address, long length, CancellationToken end)
    {
        var slow = new SlowContent(length, end);
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = slow };
        request.Headers.Add("x-account-id", id);
        try
        {
            using var answer = await to.SendAsync(request, end);
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException)
        {
            // Ended, as it was to be.
        }

        return slow.Sent;
    }

    private async Task<JsonNode> BeginAsync(long size, string mode)
    {
        var number = Interlocked.Increment(ref _files);
        var answer = await hub.Http.SendAsync(
            HttpMethod.Post,
            "/files/uploads",
            new
            {
                project_id = project,
                folder_id = folder,
                file_name = string.Create(CultureInfo.InvariantCulture, $"file-{number}.bin"),
                size,
                mode,
            },
            id
        );
        return answer.Status is HttpStatusCode.Created
            ? answer.Body!
            : throw new InvalidOperationException($"The upload was not begun: {answer.Body}");
    }

    /// <summary>Bytes that come with two megabits.</summary>
    private sealed class SlowContent : HttpContent
    {
        private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
        private readonly long _length;
        private readonly CancellationToken _end;

        public SlowContent(long length, CancellationToken end)
        {
            (_length, _end) = (length, end);
            Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            Headers.ContentLength = length;
        }

        public long Sent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var some = new byte[(int)(SlowBytesPerSecond * Tick.TotalSeconds)];
            using var timer = new PeriodicTimer(Tick, Clock);
            while (Sent < _length && await timer.WaitForNextTickAsync(_end))
            {
                var next = (int)Math.Min(some.Length, _length - Sent);
                await stream.WriteAsync(some.AsMemory(0, next), _end);
                await stream.FlushAsync(_end);
                Sent += next;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }
}
