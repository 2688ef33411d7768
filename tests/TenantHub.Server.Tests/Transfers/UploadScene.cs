using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Transfers;

/// <summary>An account that uploads, and what storage saw of it.</summary>
internal sealed class UploadScene(EmulatorHost emulator, HttpClient hub, Linked account, string? folder = null)
{
    public const int Part = 5 * 1024 * 1024;

    public Linked Account => account;

    public HttpClient Hub => hub;

    public static byte[] Bytes(int length) => RandomNumberGenerator.GetBytes(length);

    public static string Sha1(byte[] bytes)
    {
#pragma warning disable CA5350 // What the journal uses.
        return Convert.ToHexStringLower(SHA1.HashData(bytes));
#pragma warning restore CA5350
    }

    /// <summary>Links an account at an emulator and a hub of a test's own.</summary>
    public static async Task<Linked> LinkAsync(EmulatorHost emulator, HttpClient hub)
    {
        var (clientId, secret) = await emulator.AddAppAsync();
        var emulated = await emulator.AddAccountAsync([clientId]);
        var answer = await hub.LinkAsync(
            clientId,
            secret,
            (string)emulated["acc_account_id"]!,
            actAs: (string)emulated["users"]![0]!["id"]!
        );
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        return new Linked(answer.Text("id")!, clientId, secret, emulated, answer.Body!);
    }

    /// <summary>Begins an upload by JSON; gives its address.</summary>
    public async Task<string> BeginAsync(
        string name,
        long? size,
        string mode = "through",
        string? sha256 = null,
        string ifExists = "version",
        params (string Name, string Value)[] headers
    )
    {
        var answer = await hub.SendAsync(
            HttpMethod.Post,
            "/files/uploads",
            new
            {
                project_id = account.ProjectId,
                folder_id = folder ?? account.Folder,
                file_name = name,
                size,
                mode,
                sha256,
                if_exists = ifExists,
            },
            account.Id,
            headers: headers
        );
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        Assert.Equal(answer.Headers["location"], answer.Text("url"));
        return answer.Text("url")!;
    }

    public Task<ApiAnswer> SendAsync(
        HttpMethod method,
        string address,
        HttpContent? content = null,
        params (string Name, string Value)[] headers
    ) => hub.SendAsync(method, address, content, account.Id, headers: headers);

    public Task<ApiAnswer> PutAsync(string address, byte[] bytes) => SendAsync(HttpMethod.Put, address, new ByteArrayContent(bytes));

    public Task<ApiAnswer> PatchAsync(string address, long offset, byte[] bytes, params (string Name, string Value)[] headers)
    {
        var content = new ByteArrayContent(bytes)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/offset+octet-stream") },
        };
        return SendAsync(HttpMethod.Patch, address, content, [("Tus-Resumable", "1.0.0"), ("Upload-Offset", $"{offset}"), .. headers]);
    }

    public Task<ApiAnswer> HeadAsync(string address) => SendAsync(HttpMethod.Head, address, null, ("Tus-Resumable", "1.0.0"));

    /// <summary>What lies at Autodesk under the version that the upload has made.</summary>
    public async Task<JsonNode> StoredAsync(JsonNode upload)
    {
        var version = await hub.RpcAsync(
            account.Id,
            new
            {
                action = "autodesk_get_version",
                path = new { project_id = account.ProjectId, version_id = (string)upload["version_id"]! },
            }
        );
        var urn = (string)version.Body!["data"]!["data"]!["relationships"]!["storage"]!["data"]!["id"]!;
        var place = urn["urn:adsk.objects:os.object:".Length..].Split('/', 2);
        var signed = await hub.RpcAsync(
            account.Id,
            new { action = "autodesk_get_signed_s3_download_url", path = new { bucketKey = place[0], objectKey = place[1] } }
        );
        return signed.Body!["data"]!;
    }

    /// <summary>The PUTs to storage that had a part of the file.</summary>
    public async Task<IReadOnlyList<JournalRecord>> PutsAsync()
    {
        var steps = await emulator.JournalAsync(account.ClientId);
        var keys = steps
            .Where(step => step.Method == "POST" && step.Path.EndsWith("/storage", StringComparison.Ordinal))
            .Select(step => ((string)JsonNode.Parse(step.ResponseBody!)!["data"]!["id"]!).Split('/')[^1])
            .ToList();
        return
        [
            .. (await emulator.WholeJournalAsync()).Where(record =>
                record.Method == "PUT" && keys.Any(key => record.Path.EndsWith(key, StringComparison.Ordinal))
            ),
        ];
    }

    public async Task<int> MadeAsync() =>
        (await emulator.JournalAsync(account.ClientId)).Count(step =>
            step.Method == "POST" && step.Status == 201 && step.Path.Split('/')[^1] is "items" or "versions"
        );
}
