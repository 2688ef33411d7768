using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Xunit;

namespace TenantHub.Browser;

/// <summary>The accessibility checker axe, on the page as it is shown.</summary>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>Fails when there is a serious or critical violation, and names each with the elements.</summary>
    public static async Task AssertNoneSeriousAsync(IPage page)
    {
        await page.EvaluateAsync(Script + "; undefined");
        var found = await page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
                .filter(violation => violation.impact === 'serious' || violation.impact === 'critical')
                .map(violation => `${violation.id}: ${violation.help}: ` + violation.nodes.slice(0, 5).map(node => node.html.slice(0, 200) + ' ' + node.failureSummary).join(' | '))
            """
        );
        Assert.True(found.GetArrayLength() == 0, $"{page.Url}: {string.Join('\n', found.EnumerateArray())}");
    }
}
