using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using TenantHub.Autodesk.Catalog;
using TenantHub.Security;
using Xunit;

namespace TenantHub.Server.Mcp;

public sealed class McpToolsTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();
    private static readonly McpTools Tools = new(Catalog);
    private static readonly McpView All = new(null, Searches: false, Rights: null);

    [Fact]
    public void TheWholeList_IsAtMost15000Tokens()
    {
        Assert.InRange(Written(isNewest: true).Length / 4, 1, 15_000);
    }

    /// <summary>Two ways to the same list: what is written is what the library would write.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WrittenList_IsTheLibrarys(bool isNewest)
    {
        var library = JsonSerializer.SerializeToNode(McpTools.AsResult(Tools.List(All, null), isNewest), McpJsonUtilities.DefaultOptions);

        Assert.True(JsonNode.DeepEquals(library, JsonNode.Parse(Written(isNewest))));
    }

    [Fact]
    public void EveryAction_IsATool_InTheCatalogsOrder_WithTruthfulHints()
    {
        var tools = Tools.List(All, null).Select(listed => listed.Tool).ToList();

        Assert.Equal([.. Catalog.All.Select(action => action.Id), McpTools.Plan, McpTools.State], tools.Select(tool => tool.Name));
        foreach (var (action, tool) in Catalog.All.Zip(tools))
        {
            Assert.Equal(action.CallSafety is CallSafety.Read, tool.Annotations!.ReadOnlyHint ?? false);
            Assert.Equal(
                action.Safety is not ActionSafety.Read,
                tool.InputSchema.GetProperty("properties").TryGetProperty("idempotency_key", out _)
            );
        }
    }

    /// <summary>The protocol calls a tool destructive unless it only adds.</summary>
    [Fact]
    public void WhatOnlyAdds_IsAllThatIsNotDestructive() =>
        Assert.Equal(
            [
                "autodesk_add_project_user",
                "autodesk_create_account_project",
                "autodesk_create_account_user",
                "autodesk_create_bucket",
                "autodesk_create_folder",
                "autodesk_create_item",
                "autodesk_create_storage",
                "autodesk_create_webhook",
                "autodesk_get_signed_s3_upload_urls",
                "autodesk_upload_file_in_project_folder",
            ],
            Tools
                .List(All, null)
                .Select(listed => listed.Tool)
                .Where(tool => tool.Annotations?.DestructiveHint is false)
                .Select(tool => tool.Name)
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void WhatTheAccountKnows_IsInNoSchema()
    {
        foreach (var (action, tool) in Catalog.All.Zip(Tools.List(All, null).Select(listed => listed.Tool)))
        {
            foreach (var known in action.Parameters.Where(parameter => parameter.Fill is not null))
                Assert.DoesNotContain($"\"{known.Name}\":", tool.InputSchema.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WhatAKeyMayNot_IsNotListed()
    {
        static IEnumerable<string> Names(McpView view, IReadOnlyCollection<string>? enabled = null) =>
            Tools.List(view, enabled).Select(listed => listed.Tool.Name);
        var reads = Names(All with { Rights = new() { Ceiling = CallSafety.Read } });
        var listed = Names(
            All with
            {
                Rights = new() { Actions = ["autodesk_list_hubs", "autodesk_delete_bucket"], Ceiling = CallSafety.Write },
            }
        );
        var enabled = Names(All, ["autodesk_get_hub"]);
        var searching = Names(new(null, Searches: true, new() { Ceiling = CallSafety.Read }));

        Assert.Equal(
            [
                .. Catalog.All.Where(action => action.CallSafety is CallSafety.Read).Select(action => action.Id),
                McpTools.Plan,
                McpTools.State,
            ],
            reads
        );
        Assert.Equal(["autodesk_list_hubs", McpTools.Plan, McpTools.State], listed);
        Assert.Equal(["autodesk_get_hub", McpTools.Plan, McpTools.State], enabled);
        Assert.Equal([McpTools.Search, McpTools.ExecuteRead, McpTools.Plan, McpTools.State], searching);
    }

    private static byte[] Written(bool isNewest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            McpTools.Write(writer, Tools.List(All, null), isNewest);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
