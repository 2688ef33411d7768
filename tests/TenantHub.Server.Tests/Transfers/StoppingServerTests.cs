using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TenantHub.Testing;
using Xunit;

#pragma warning disable CA2025 // Each request is awaited before what it uses is disposed.

namespace TenantHub.Server.Transfers;

/// <summary>
/// Files that are sent to a server which was told to stop. During its notice they are taken as ever; what the end of the notice cuts is
/// told as the server's doing, with what is stored.
/// </summary>
public sealed class StoppingServerTests(ServerFixture fixture)
{
    private const int Part = UploadScene.Part;
    private const int Size = 2 * Part + 7;

    [Fact]
    public async Task DuringTheNotice_FilesAreSentOn_AndNewOnesAreTaken()
    {
        await using var hub = await StartAsync("00:00:10");
        var scenes = new List<UploadScene>();
        foreach (var _ in Enumerable.Range(0, 4))
            scenes.Add(await SceneAsync(hub));
        var streams = scenes.Select(_ => new GatedStream(Size, Part)).ToList();
        var (put, patch, late) = (await BeginAsync(scenes[1]), await BeginAsync(scenes[2]), await BeginAsync(scenes[3]));
        List<Task<ApiAnswer>> sending =
        [
            ActionAsync(scenes[0], streams[0]),
            PutAsync(scenes[1], put, streams[1]),
            PatchAsync(scenes[2], patch, streams[2]),
        ];
        foreach (var scene in scenes[..3])
            await Until.TrueAsync(async () => (await scene.PutsAsync()).Count >= 1, "storage has the first part");

        var end = hub.TerminateAsync();
        await Until.TrueAsync(async () => !await IsReadyAsync(hub), "the hub says that it is not ready");
        sending.Add(PutAsync(scenes[3], late, streams[3]));
        streams.ForEach(stream => stream.Open());
        var answers = await Task.WhenAll(sending);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.Created],
            answers.Select(answer => answer.Status)
        );
        var whole = Hashes();
        foreach (var scene in scenes)
        {
            Assert.Equal(1, await scene.MadeAsync());
            Assert.Equal(whole, (await scene.PutsAsync()).Select(put => put.BodySha256!).Distinct().Order(StringComparer.Ordinal));
        }

        Assert.Equal(0, await end);
    }

    /// <summary>The second part is on its way to storage, which is slow, when the notice ends.</summary>
    [Fact]
    public async Task CutByTheStop_TheSenderIsToldWhatIsStored()
    {
        await using var hub = await StartAsync("00:00:02");
        var scenes = new List<UploadScene>();
        foreach (var _ in Enumerable.Range(0, 3))
            scenes.Add(await SceneAsync(hub));
        var streams = scenes.Select(_ => new GatedStream(Size, Part)).ToList();
        List<Task<ApiAnswer>> sending =
        [
            ActionAsync(scenes[0], streams[0]),
            PutAsync(scenes[1], await BeginAsync(scenes[1]), streams[1]),
            PatchAsync(scenes[2], await BeginAsync(scenes[2]), streams[2]),
        ];
        foreach (var scene in scenes)
        {
            await Until.TrueAsync(async () => (await scene.PutsAsync()).Count == 1, "storage has the first part");
            await fixture.Emulator.FaultAsync(
                new
                {
                    kind = "latency",
                    delay_ms = 60_000,
                    times = 2,
                    match = new { method = "PUT", path_prefix = (await scene.PutsAsync())[0].Path },
                }
            );
        }

        streams.ForEach(stream => stream.Open());
        var end = hub.TerminateAsync();
        var answers = await Task.WhenAll(sending);

        foreach (var answer in answers)
        {
            Assert.Equal(
                (HttpStatusCode.ServiceUnavailable, "hub_unavailable", "1"),
                (answer.Status, answer.Code, answer.Headers.GetValueOrDefault("retry-after"))
            );
            Assert.StartsWith("This server is stopping. 5,242,880 bytes of the file are stored at Autodesk", answer.Text("detail"));
        }

        Assert.Contains("Idempotency-Key", answers[0].Text("nextStep"));
        Assert.All(answers[1..], answer => Assert.StartsWith("Go on at byte 5242880 ", answer.Text("nextStep")));
        foreach (var scene in scenes)
            Assert.Equal(0, await scene.MadeAsync());
        Assert.Equal(0, await end);
    }

    private Task<ServerProcess> StartAsync(string notice) =>
        ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Shutdown__Notice"] = notice }
        );

    private async Task<UploadScene> SceneAsync(ServerProcess hub) =>
        new(fixture.Emulator, hub.Http, await UploadScene.LinkAsync(fixture.Emulator, hub.Http));

    private static Task<string> BeginAsync(UploadScene scene) => scene.BeginAsync("stopping.bin", Size);

    private static Task<ApiAnswer> PutAsync(UploadScene scene, string address, GatedStream bytes) =>
        scene.SendAsync(HttpMethod.Put, address, Content(bytes));

    private static Task<ApiAnswer> PatchAsync(UploadScene scene, string address, GatedStream bytes)
    {
        var content = Content(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        return scene.SendAsync(HttpMethod.Patch, address, content, ("Tus-Resumable", "1.0.0"), ("Upload-Offset", "0"));
    }

    private static Task<ApiAnswer> ActionAsync(UploadScene scene, GatedStream bytes)
    {
        var request = JsonSerializer.Serialize(
            new
            {
                action = "autodesk_upload_file_in_project_folder",
                path = new { project_id = scene.Account.ProjectId },
                body = new { folder_id = scene.Account.Folder, file_name = "stopping.bin" },
            }
        );
        return scene.SendAsync(
            HttpMethod.Post,
            "/actions/rpc",
            new MultipartFormDataContent
            {
                { new StringContent(request, Encoding.UTF8, "application/json"), "request" },
                { Content(bytes), "content", "stopping.bin" },
            }
        );
    }

    private static StreamContent Content(GatedStream bytes) => new(bytes) { Headers = { ContentLength = Size } };

    private static async Task<bool> IsReadyAsync(ServerProcess hub)
    {
        using var answer = await hub.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>The hash of each part of the file as the journal writes it, in order of the hashes.</summary>
    private static IEnumerable<string> Hashes() =>
        Enumerable
            .Range(0, Size)
            .Select(at => GatedStream.ByteAt(at))
            .Chunk(Part)
            .Select(part => "sha1:" + UploadScene.Sha1(part))
            .Order(StringComparer.Ordinal);
}
