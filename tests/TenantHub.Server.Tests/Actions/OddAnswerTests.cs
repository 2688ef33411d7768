using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

/// <summary>Autodesk's odd answers as a caller sees them, through the whole of TenantHub. A new odd answer is a new row.</summary>
public sealed class OddAnswerTests(ServerFixture fixture)
{
    /// <summary>The envelope is TenantHub's: no answer of Autodesk's can write into it.</summary>
    [Theory]
    [InlineData("""{"data":{}},"next":"stolen" """, "application/json")]
    [InlineData("""{"data":[1,2""", "application/json")]
    [InlineData("NaN", "application/json")]
    [InlineData("{}{}", "application/json")]
    [InlineData("   ", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("<html><title>Sign in</title></html>", "text/html")]
    public async Task ReadThatIsNoJson_Is502_WithALittleOfIt(string body, string type)
    {
        var account = await fixture.LinkAsync();
        await AnswerAsync(account, "GET", "/project/v1/hubs/[^/]+$", 200, body, type);

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_get_hub" });

        Assert.Equal((HttpStatusCode.BadGateway, "autodesk_unavailable"), (answer.Status, answer.Code));
        Assert.Equal(200, (int)answer.Body!["provider_errors"]![0]!["status"]!);
        if (body.Trim().Length > 0)
            Assert.Equal(body, (string?)answer.Body["provider_errors"]![0]!["raw"]);
    }

    /// <summary>A write that was answered 2xx has happened: it is found, not made again, and its key is good.</summary>
    [Theory]
    [InlineData("<html>Created</html>", "text/html")]
    [InlineData("""{"data":{"id":"urn""", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("""{"data":{}}""", "application/json")]
    public async Task WriteAnsweredUnreadably_IsFound_AndMadeOnce(string body, string type)
    {
        var account = await fixture.LinkAsync();
        await Preparation.KnowProjectsAsync(account, fixture.Http);
        await AnswerAsync(account, "POST", "/folders$", 201, body, type, effect: true);
        var create = new
        {
            action = "autodesk_create_folder",
            path = new { project_id = account.ProjectId },
            body = new
            {
                jsonapi = new { version = "1.0" },
                data = new
                {
                    type = "folders",
                    attributes = new { name = "once", extension = new { type = "folders:autodesk.bim360:Folder", version = "1.0" } },
                    relationships = new { parent = new { data = new { type = "folders", id = account.Folder } } },
                },
            },
        };

        var first = await fixture.Http.RpcAsync(account.Id, create, ("Idempotency-Key", "odd-1"));
        var second = await fixture.Http.RpcAsync(account.Id, create, ("Idempotency-Key", "odd-1"));

        Assert.True(first.Status == HttpStatusCode.OK, first.Body?.ToJsonString());
        Assert.Equal("read_back", first.Headers["x-answer-origin"]);
        Assert.Equal((HttpStatusCode.OK, "replay"), (second.Status, second.Headers["x-answer-origin"]));
        Assert.Single(
            await fixture.Emulator.JournalAsync(account.ClientId),
            entry => entry.Method == "POST" && entry.Path.EndsWith("/folders", StringComparison.Ordinal)
        );
    }

    /// <summary>Every step of an upload checks what the next one needs; what is missing is Autodesk's, and the step is named.</summary>
    [Theory]
    [InlineData("POST", "/storage$", 201, "{}", "autodesk_create_storage")]
    [InlineData("POST", "/storage$", 201, """{"data":null}""", "autodesk_create_storage")]
    [InlineData("POST", "/storage$", 201, "[]", "autodesk_create_storage")]
    [InlineData("POST", "/storage$", 201, "\"text\"", "autodesk_create_storage")]
    [InlineData("POST", "/storage$", 201, "", "autodesk_create_storage")]
    [InlineData("POST", "/storage$", 201, """{"data":{"id":"urn:other"}}""", "autodesk_create_storage")]
    [InlineData("GET", "/signeds3upload$", 200, """{"uploadKey":"k","urls":[]}""", "autodesk_get_signed_s3_upload_urls")]
    [InlineData("GET", "/signeds3upload$", 200, """{"uploadKey":"k","urls":[7]}""", "autodesk_get_signed_s3_upload_urls")]
    [InlineData(
        "GET",
        "/signeds3upload$",
        200,
        """{"uploadKey":"k","urls":["https://evil.example/"]}""",
        "autodesk_get_signed_s3_upload_urls"
    )]
    [InlineData("GET", "/signeds3upload$", 200, """{"urls":["x"]}""", "autodesk_get_signed_s3_upload_urls")]
    [InlineData("POST", "/signeds3upload$", 200, "", "autodesk_signed_s3_upload")]
    [InlineData("POST", "/signeds3upload$", 200, "{}", "autodesk_signed_s3_upload")]
    [InlineData("POST", "/signeds3upload$", 200, """{"status":"error","reason":"MissingOrInvalidParts"}""", "MissingOrInvalidParts")]
    public async Task UploadStepThatLacksWhatTheNextNeeds_Is502_WithItsName(
        string method,
        string path,
        int status,
        string body,
        string says
    )
    {
        var account = await fixture.LinkAsync();
        await AnswerAsync(account, method, path, status, body, "application/json");

        var answer = await UploadAsync(account);

        Assert.Equal((HttpStatusCode.BadGateway, "autodesk_api"), (answer.Status, answer.Text("source")));
        Assert.Contains(says, answer.Text("detail"), StringComparison.Ordinal);
        Assert.DoesNotContain(
            await fixture.Emulator.JournalAsync(account.ClientId),
            entry => entry.Path.EndsWith("/items", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("""{"data":{"id":"urn:adsk.wipprod:dm.lineage:x"},"included":[null]}""")]
    [InlineData("""{"data":{"id":"urn:adsk.wipprod:dm.lineage:x"},"included":null}""")]
    [InlineData("""{"data":{}}""")] // The folder shows it.
    [InlineData("")]
    public async Task ItemThatIsMade_IsASuccess_WhateverItsAnswerLacks(string body)
    {
        var account = await fixture.LinkAsync();
        await AnswerAsync(account, "POST", "/items$", 201, body, "application/json", effect: true);

        var answer = await UploadAsync(account);

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        Assert.Equal("item", (string?)answer.Body!["data"]!["created"]);
        Assert.StartsWith("urn:adsk.wipprod:dm.lineage:", (string?)answer.Body["data"]!["item_id"], StringComparison.Ordinal);
    }

    private Task AnswerAsync(Linked account, string method, string path, int status, string body, string type, bool effect = false) =>
        fixture.Emulator.FaultAsync(
            new
            {
                kind = "answer",
                match = new { method, path_regex = path },
                status,
                body_base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(body)),
                content_type = type,
                effect,
                times = effect ? 1 : 10,
                client_id = account.ClientId,
            }
        );

    private async Task<ApiAnswer> UploadAsync(Linked account) =>
        await fixture.Http.RpcAsync(
            account.Id,
            new JsonObject
            {
                ["action"] = "autodesk_upload_file_in_project_folder",
                ["path"] = new JsonObject { ["project_id"] = account.ProjectId },
                ["body"] = new JsonObject
                {
                    ["folder_id"] = account.Folder,
                    ["file_name"] = "odd.txt",
                    ["content"] = Convert.ToBase64String("odd"u8),
                },
            }
        );
}
