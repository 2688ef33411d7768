using System.Net;
using TenantHub.Server.Isolation;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Transfers;

/// <summary>Files back from Autodesk, whole and in pieces.</summary>
public sealed class DownloadTests(ServerFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task File_ComesWhole_WithItsName_AndIsKnownAgain()
    {
        var (scene, upload, bytes) = await StoredAsync("Grundriß \"EG\" 平面図.pdf".Replace("\"", "", StringComparison.Ordinal), 300_000);

        using var whole = await GetAsync(scene, $"version_id={Uri.EscapeDataString(upload.Version)}");
        using var head = await GetAsync(scene, $"item_id={Uri.EscapeDataString(upload.Item)}", HttpMethod.Head);
        using var known = await GetAsync(
            scene,
            $"item_id={Uri.EscapeDataString(upload.Item)}",
            headers: ("If-None-Match", whole.Headers.ETag!.ToString())
        );

        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal("Grundriß EG 平面図.pdf", whole.Content.Headers.ContentDisposition!.FileNameStar);
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition.DispositionType);
        Assert.Equal((HttpStatusCode.OK, 300_000L), (head.StatusCode, head.Content.Headers.ContentLength!.Value));
        Assert.Equal(whole.Headers.ETag, head.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
    }

    [Theory]
    [InlineData("bytes=0-0", null, 206, 0, 1)]
    [InlineData("bytes=299990-", null, 206, 299_990, 10)]
    [InlineData("bytes=0-", null, 206, 0, 300_000)] // Players ask so whether ranges are served.
    [InlineData("bytes=-7", null, 206, 299_993, 7)]
    [InlineData("bytes=100-400000", null, 206, 100, 299_900)]
    [InlineData("bytes=300000-", null, 416, 0, 0)]
    [InlineData("bytes=5-9", "\"other\"", 200, 0, 300_000)]
    [InlineData("bytes=0-1,5-6", null, 200, 0, 300_000)]
    public async Task Ranges_AreAsRfc9110HasThem(string range, string? ifRange, int status, int from, int length)
    {
        var (scene, upload, bytes) = await StoredAsync("ranges.bin", 300_000);
        (string, string)[] headers = ifRange is null ? [("Range", range)] : [("Range", range), ("If-Range", ifRange)];

        using var answer = await GetAsync(scene, $"version_id={Uri.EscapeDataString(upload.Version)}", headers: headers);

        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 416)
            Assert.Equal("bytes */300000", answer.Content.Headers.GetValues("Content-Range").Single());
        else
            Assert.Equal(bytes[from..(from + length)], await answer.Content.ReadAsByteArrayAsync(Cancel));
        if (status == 206)
            Assert.Equal($"bytes {from}-{from + length - 1}/300000", answer.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task Head_KnowsNoRanges_AndIfMatchHolds()
    {
        var (scene, upload, bytes) = await StoredAsync("conditions.bin", 3000);
        var query = $"version_id={Uri.EscapeDataString(upload.Version)}";

        using var head = await GetAsync(scene, query, HttpMethod.Head, ("Range", "bytes=5-9"));
        using var same = await GetAsync(scene, query, headers: [("If-Match", head.Headers.ETag!.ToString()), ("Range", "bytes=5-9")]);
        using var other = await GetAsync(scene, query, headers: [("If-Match", "\"other\""), ("Range", "bytes=5-9")]);
        using var redirect = await GetAsync(scene, query + "&redirect=true", headers: ("If-Match", "\"other\""));

        Assert.Equal((HttpStatusCode.OK, 3000L), (head.StatusCode, head.Content.Headers.ContentLength!.Value));
        Assert.Equal(bytes[5..10], await same.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(HttpStatusCode.PreconditionFailed, other.StatusCode);
        Assert.Empty(await other.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(HttpStatusCode.PreconditionFailed, redirect.StatusCode);
    }

    /// <summary>Storage that cuts again and again costs the caller nothing: the stream goes on at the byte that is missing.</summary>
    [Fact]
    public async Task CutStorage_IsGoneOnFrom_AtTheByte()
    {
        await using var emulator = await EmulatorHost.StartAsync();
        await using var hub = await ServerProcess.StartAsync(emulator.Address);
        var (scene, upload, bytes) = await StoredAsync("cut.bin", 900_000, emulator, hub.Http);
        await emulator.FaultAsync(
            new
            {
                kind = "cut_answer",
                cut_after_bytes = 100_000,
                times = 5,
                match = new { method = "GET", path_prefix = "/s3" },
            }
        );

        using var answer = await GetAsync(scene, $"version_id={Uri.EscapeDataString(upload.Version)}");

        Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync(Cancel));
        var gets = (await emulator.WholeJournalAsync())
            .Where(record => record.Method == "GET" && record.Path.StartsWith("/s3", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(6, gets.Count);
        Assert.Equal("bytes=0-899999", gets[0].Headers["range"]);
        Assert.All(gets.Skip(1), get => Assert.NotEqual("bytes=0-899999", get.Headers["range"]));
    }

    [Fact]
    public async Task Redirect_LeadsToStorage_AndPathsLeadToTheFile()
    {
        var (scene, _, bytes) = await StoredAsync("by path.bin", 1000);
        var folder = (
            await fixture.Http.RpcAsync(
                scene.Account.Id,
                new
                {
                    action = "autodesk_get_folder",
                    path = new { project_id = scene.Account.ProjectId, folder_id = scene.Account.Folder },
                }
            )
        ).Body!["data"]!["data"]!["attributes"]!["name"]!;
        using var plain = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = fixture.Hub.Address };
        plain.DefaultRequestHeaders.Authorization = fixture.Http.DefaultRequestHeaders.Authorization;
        plain.DefaultRequestHeaders.Add("x-account-id", scene.Account.Id);
        var address = $"/files/content?project_id={scene.Account.ProjectId}&path={Uri.EscapeDataString($"{folder}/by path.bin")}";

        var read = await plain.GetByteArrayAsync(new Uri(address, UriKind.Relative), Cancel);
        using var redirect = await plain.GetAsync(new Uri(address + "&redirect=true", UriKind.Relative), Cancel);

        Assert.Equal(bytes, read);
        Assert.Equal(HttpStatusCode.Redirect, redirect.StatusCode);
        Assert.Equal(bytes, await fixture.Emulator.Control.GetByteArrayAsync(redirect.Headers.Location!, Cancel));
    }

    [Fact]
    public async Task FileOfAnotherAccount_IsNotThere()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);

        var foreign = await fixture.Http.SendAsync(
            HttpMethod.Get,
            $"/files/content?project_id={ann.ProjectId}&version_id={Uri.EscapeDataString(ann.Version)}",
            account: ben.Id
        );
        var foreignTree = await fixture.Http.SendAsync(HttpMethod.Get, $"/files/tree?project_id={ann.ProjectId}", account: ben.Id);

        foreign.AssertNotThisAccount();
        foreignTree.AssertNotThisAccount();
    }

    [Theory]
    [InlineData("")]
    [InlineData("&item_id=x&version_id=y")]
    [InlineData("&path=a/../b")]
    [InlineData("&item_id=x&misspelt=1")]
    public async Task WhatIsNotAsked_IsRefused(string query)
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.SendAsync(
            HttpMethod.Get,
            $"/files/content?project_id={account.ProjectId}{query}",
            account: account.Id
        );

        Assert.Equal("invalid_input", answer.Code);
    }

    private async Task<(UploadScene Scene, (string Item, string Version) Upload, byte[] Bytes)> StoredAsync(
        string name,
        int length,
        EmulatorHost? emulator = null,
        HttpClient? hub = null
    )
    {
        var account = emulator is null ? await fixture.LinkAsync() : await UploadScene.LinkAsync(emulator, hub!);
        var scene = new UploadScene(emulator ?? fixture.Emulator, hub ?? fixture.Http, account);
        var bytes = UploadScene.Bytes(length);
        var upload = await scene.PutAsync(await scene.BeginAsync(name, length), bytes);
        Assert.True(upload.Status == HttpStatusCode.Created, upload.Body?.ToJsonString());
        return (scene, (upload.Text("item_id")!, upload.Text("version_id")!), bytes);
    }

    private static async Task<HttpResponseMessage> GetAsync(
        UploadScene scene,
        string query,
        HttpMethod? method = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(
            method ?? HttpMethod.Get,
            new Uri($"/files/content?project_id={scene.Account.ProjectId}&{query}", UriKind.Relative)
        );
        request.Headers.Add("x-account-id", scene.Account.Id);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await scene.Hub.SendAsync(request, Cancel);
    }
}
