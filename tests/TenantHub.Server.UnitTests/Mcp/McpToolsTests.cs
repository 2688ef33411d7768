using System.Text.Json;
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
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Tools.List(All, null), McpJsonUtilities.DefaultOptions).Length;

        Assert.InRange(bytes / 4, 1, 15_000);
    }

    [Fact]
    public void EveryAction_IsATool_InTheCatalogsOrder_WithTruthfulHints()
    {
        var tools = Tools.List(All, null).Tools;

        Assert.Equal([.. Catalog.All.Select(action => action.Id), McpTools.Plan, McpTools.State], tools.Select(tool => tool.Name));
        foreach (var (action, tool) in Catalog.All.Zip(tools))
        {
            var isRead = action.Safety is ActionSafety.Read;
            Assert.Equal(isRead, tool.Annotations!.ReadOnlyHint ?? false);
            if (!isRead)
                Assert.Equal(action.Safety is ActionSafety.Destructive, tool.Annotations.DestructiveHint);
            Assert.Equal(!isRead, tool.InputSchema.GetProperty("properties").TryGetProperty("idempotency_key", out _));
        }
    }

    [Fact]
    public void WhatTheAccountKnows_IsInNoSchema()
    {
        foreach (var (action, tool) in Catalog.All.Zip(Tools.List(All, null).Tools))
        {
            foreach (var known in action.Parameters.Where(parameter => parameter.Fill is not null))
                Assert.DoesNotContain($"\"{known.Name}\":", tool.InputSchema.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WhatAKeyMayNot_IsNotListed()
    {
        var reads = Tools.List(All with { Rights = new() { Ceiling = CallSafety.Read } }, null).Tools.Select(tool => tool.Name);
        var listed = Tools
            .List(
                All with
                {
                    Rights = new() { Actions = ["autodesk_list_hubs", "autodesk_delete_bucket"], Ceiling = CallSafety.Write },
                },
                null
            )
            .Tools;
        var enabled = Tools.List(All, ["autodesk_get_hub"]).Tools;
        var searching = Tools.List(new(null, Searches: true, new() { Ceiling = CallSafety.Read }), null).Tools;

        Assert.Equal(
            [.. Catalog.All.Where(action => action.Safety is ActionSafety.Read).Select(action => action.Id), McpTools.Plan, McpTools.State],
            reads
        );
        Assert.Equal(["autodesk_list_hubs", McpTools.Plan, McpTools.State], listed.Select(tool => tool.Name));
        Assert.Equal(["autodesk_get_hub", McpTools.Plan, McpTools.State], enabled.Select(tool => tool.Name));
        Assert.Equal([McpTools.Search, McpTools.ExecuteRead, McpTools.Plan, McpTools.State], searching.Select(tool => tool.Name));
    }
}
