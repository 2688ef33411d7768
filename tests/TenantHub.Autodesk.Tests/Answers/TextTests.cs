using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Isolation;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using Xunit;

namespace TenantHub.Autodesk.Answers;

/// <summary>Text of callers, checked the same way everywhere. A new odd text is a new row.</summary>
public sealed class TextTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();
    private static readonly LinkedAccountContext Account = new("7a1d5c1e-0000-4000-8000-000000000001", "US", "client-1", null);

    [Theory]
    [InlineData("plan.pdf", true)]
    [InlineData("Grüße 😀 计划.pdf", true)]
    [InlineData("..a", true)]
    [InlineData("a#b", true)]
    [InlineData("שלום\u200F", true)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("a\nb", false)]
    [InlineData("a\n", false)]
    [InlineData("a\u0000", false)]
    [InlineData("a\u0085b", false)]
    [InlineData("a<b", false)]
    [InlineData("a>b", false)]
    [InlineData("a:b", false)]
    [InlineData("a\"b", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a|b", false)]
    [InlineData("a?b", false)]
    [InlineData("a*b", false)]
    [InlineData("a`b", false)]
    [InlineData("fdp\u202Eexe.pdf", false)]
    [InlineData("a\u2066b", false)]
    [InlineData("\u200B", false)]
    [InlineData("\uFEFF \u2060", false)]
    [InlineData("a\u2028b", false)]
    [InlineData("\uD83D\uDC68\u200D\uD83D\uDCBB", true)]
    public void NameOfAFileOrFolder_HasOneRule_HoweverItIsGiven(string name, bool allowed)
    {
        Assert.Equal(allowed, AutodeskName.FaultOf(name) is null);
        foreach (var (action, body, field) in Naming(name))
        {
            var error = Check(action, body);

            Assert.Equal(allowed, error is null);
            if (!allowed)
                Assert.Contains(error!.Faults, fault => fault.Field == field);
        }

        var upload = FileUploadInput.Read(
            new ActionRequest("x")
            {
                Path = new Dictionary<string, string> { ["project_id"] = "p" },
                Body = JsonBytes.From(new { folder_id = "f", file_name = name }),
            }
        );
        Assert.Equal(allowed, upload.Error is null);
    }

    [Theory]
    [InlineData("good-key", true)]
    [InlineData("good-key\n", false)]
    [InlineData("Good", false)]
    public void BucketKey_IsMatchedToItsEnd(string key, bool allowed)
    {
        Assert.Equal(allowed, Check("autodesk_create_bucket", new { bucketKey = key, policyKey = "transient" }) is null);
        Assert.Equal(allowed, Validate("autodesk_get_bucket_details", new() { ["bucketKey"] = key }, null) is null);
    }

    [Fact]
    public void UploadWithManyFaults_TellsTwenty()
    {
        var body = Enumerable.Range(0, 10_000).ToDictionary(i => $"unknown{i}", i => i);

        var (_, error) = FileUploadInput.Read(new ActionRequest("x") { Body = JsonBytes.From(body) });

        Assert.Equal(InputFault.MaxTold, error!.Faults.Count);
        Assert.InRange(error.Detail.Length, 1, ServiceError.MaxDetail);
    }

    /// <summary>Every text of a body, whatever the action: one line without control characters, but for those that say that they have
    /// several.</summary>
    [Theory]
    [InlineData("email", "a@b.example\n", false)]
    [InlineData("email", "a\u0000@b.example", false)]
    [InlineData("company", "Acme\u0007", false)]
    [InlineData("city", "Z\u2028urich", false)]
    [InlineData("city", "Zürich", true)]
    [InlineData("about_me", "two\nlines", true)]
    [InlineData("about_me", "a bell\u0007", false)]
    public void TextInABody_HasNoControlCharacters(string member, string text, bool allowed)
    {
        var body = new Dictionary<string, string> { ["email"] = "a@b.example", [member] = text };

        var error = Check("autodesk_create_account_user", body);

        Assert.Equal(allowed, error is null);
        if (!allowed)
            Assert.Equal([$"body.{member}"], error!.Faults.Select(fault => fault.Field));
    }

    [Theory]
    [InlineData("a\nb", true)]
    [InlineData("a\u0001b", false)]
    public void TextThatTheSchemaLeavesToTheCaller_MayHaveLines(string text, bool allowed)
    {
        var hook = new
        {
            callbackUrl = "https://example.com/x",
            scope = new { folder = "f" },
            hookAttribute = new { note = new[] { text } },
        };
        var path = new Dictionary<string, string> { ["system"] = "data", ["event"] = "dm.version.added" };

        Assert.Equal(allowed, Validate("autodesk_create_webhook", path, JsonBytes.From(hook)) is null);
    }

    [Theory]
    [InlineData("2026-01-01", true)]
    [InlineData("2026-01-01\n", false)]
    [InlineData("٢٠٢٦-٠١-٠١", false)]
    public void Date_HasAsciiDigits(string date, bool allowed) =>
        Assert.Equal(
            allowed,
            Check("autodesk_update_account_project", new { start_date = date }) is not { } error
                || error.Faults.All(fault => fault.Field != "body.start_date")
        );

    [Theory]
    [InlineData("^[a-z]+$")]
    [InlineData(@"^\d+\z")]
    [InlineData(@"^\w+\z")]
    [InlineData(@"[a-z]+\z")]
    [InlineData(@"^[a-z]+\Z")]
    [InlineData(@"^(a$|b)\z")]
    public void LoosePattern_IsRefusedByTheCatalog(string pattern)
    {
        var action = JsonNode.Parse(
            """{"id":"autodesk_list_hubs","label":"L","description":"D.","method":"GET","path":"/project/v1/hubs","scopes":["data:read"],"apiProduct":"Data Management API","quotaGroup":"g","safety":"read","retrySafe":true,"success":[200],"source":"s"}"""
        )!;
        action["parameters"] = new JsonArray(
            new JsonObject
            {
                ["name"] = "word",
                ["in"] = "query",
                ["pattern"] = pattern,
                ["description"] = "d",
            }
        );
        var file = new JsonObject { ["product"] = "P", ["actions"] = new JsonArray(action) };

        var failure = Assert.Throws<InvalidOperationException>(() =>
            ActionCatalog.Parse([file.ToJsonString()], """[{"name":"g","requestsPerMinute":1,"published":true,"source":"s"}]""")
        );

        Assert.Contains("must be anchored", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Agents check by the published schema, and their <c>$</c> is the end.</summary>
    [Fact]
    public void PublishedPatterns_AreEcmaScript() =>
        Assert.All(Catalog.All, action => Assert.DoesNotContain("\\\\z", action.InputSchema.GetRawText(), StringComparison.Ordinal));

    [Theory]
    [InlineData("""{"bucketKey":"good-key","policyKey":"transient","allow":[{"authId":"\ud800","access":"full"}]}""", "surrogate")]
    [InlineData("""{"bucketKey":"good-key","policyKey":"transient","allow":[{"authId":"\udc00\ud800","access":"full"}]}""", "surrogate")]
    [InlineData("""{"\ud800":1}""", "surrogate")]
    [InlineData("hex:7b2261223a22ff227d", "UTF-8")]
    public void BodyThatIsNoText_IsNotSent(string body, string why)
    {
        var bytes = body.StartsWith("hex:", StringComparison.Ordinal) ? Convert.FromHexString(body[4..]) : Encoding.UTF8.GetBytes(body);

        var error = Validate("autodesk_create_bucket", [], new JsonBytes(bytes));

        Assert.Contains(why, error!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void WholeSurrogatePair_IsText() =>
        Assert.Null(
            Validate(
                "autodesk_create_bucket",
                [],
                JsonBytes.Parse("""{"bucketKey":"good-key","policyKey":"transient","allow":[{"authId":"\ud83d\ude00","access":"full"}]}""")
            )
        );

    [Theory]
    [InlineData("11111111-2222-4333-8444-55555555abcd")]
    [InlineData("b.11111111-2222-4333-8444-55555555abcd")]
    [InlineData("B.11111111-2222-4333-8444-55555555ABCD")]
    [InlineData("11111111-2222-4333-8444-55555555ABCD")]
    public void ProjectId_IsTheSame_HoweverItIsWritten(string id)
    {
        var request = new ActionRequest("autodesk_get_project") { Path = new Dictionary<string, string> { ["project_id"] = id } };
        var users = new ActionRequest("autodesk_list_project_users") { Path = request.Path };

        Assert.EndsWith("/b.11111111-2222-4333-8444-55555555abcd", PathOf(request), StringComparison.Ordinal);
        Assert.Contains("/11111111-2222-4333-8444-55555555abcd/", PathOf(users), StringComparison.Ordinal);
        Assert.Equal(
            "11111111-2222-4333-8444-55555555abcd",
            NamedResource.In(Catalog.Find(request.ActionId)!, request).Single(named => named.Kind is ResourceKind.Project).Id
        );
    }

    [Theory]
    [InlineData("7A1D5C1E-0000-4000-8000-000000000001")]
    [InlineData("B.7a1d5c1e-0000-4000-8000-000000000001")]
    public void OwnAccountId_IsTheSame_HoweverItIsWritten(string id) =>
        Assert.Null(Validate("autodesk_list_account_users", new() { ["account_id"] = id }, null));

    private static IEnumerable<(string Action, object Body, string Field)> Naming(string name)
    {
        var (jsonapi, extension) = (new { version = "1.0" }, new { type = "folders:autodesk.bim360:Folder", version = "1.0" });
        var parent = new { data = new { type = "folders", id = "urn:f" } };
        yield return (
            "autodesk_create_folder",
            new
            {
                jsonapi,
                data = new
                {
                    type = "folders",
                    attributes = new { name, extension },
                    relationships = new { parent },
                },
            },
            "body.data.attributes.name"
        );
        yield return (
            "autodesk_update_folder",
            new
            {
                jsonapi,
                data = new
                {
                    type = "folders",
                    id = "urn:f",
                    attributes = new { name },
                },
            },
            "body.data.attributes.name"
        );
        yield return (
            "autodesk_create_storage",
            new
            {
                jsonapi,
                data = new
                {
                    type = "objects",
                    attributes = new { name },
                    relationships = new { target = parent },
                },
            },
            "body.data.attributes.name"
        );
        yield return (
            "autodesk_update_item",
            new
            {
                jsonapi,
                data = new
                {
                    type = "items",
                    id = "urn:i",
                    attributes = new { displayName = name },
                },
            },
            "body.data.attributes.displayName"
        );
    }

    private static ServiceError? Check(string action, object body) =>
        Validate(action, [], JsonSerializer.SerializeToUtf8Bytes(body) is var bytes ? new JsonBytes(bytes) : null);

    private static ServiceError? Validate(string action, Dictionary<string, string> path, JsonBytes? body)
    {
        foreach (var parameter in Catalog.Find(action)!.Parameters.Where(parameter => parameter is { In: ParameterPlace.Path, Fill: null }))
            path.TryAdd(parameter.Name, "urn:x");
        return InputValidator.Validate(Catalog.Find(action)!, new ActionRequest(action) { Path = path, Body = body }, Account);
    }

    private static string PathOf(ActionRequest request)
    {
        using var message = ApsRequestFactory.Create(Catalog.Find(request.ActionId)!, request, Account, new ApsOptions());
        return message.RequestUri!.AbsolutePath;
    }
}
