using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TenantHub.Browser;

/// <summary>Follows every link of some pages, one of each kind.</summary>
internal static partial class PageWalk
{
    /// <summary>Goes from page to page.</summary>
    /// <param name="page">The browser's page.</param>
    /// <param name="below">What the addresses begin with.</param>
    /// <param name="first">Where it begins.</param>
    /// <param name="look">Looks at a page that is shown.</param>
    /// <returns>The kinds that were seen.</returns>
    public static async Task<IReadOnlySet<string>> FollowAsync(IPage page, string below, string[] first, Func<string, Task> look)
    {
        var (seen, left) = (new HashSet<string>(), new Queue<string>(first));
        while (left.TryDequeue(out var address))
        {
            if (!seen.Add(KindOf(address)))
                continue;
            await page.GotoAsync(address, new() { WaitUntil = WaitUntilState.NetworkIdle });
            await look(address);
            foreach (var link in await page.Locator($"a[href^='{below}']:not([href$='.md'])").AllAsync())
                left.Enqueue((await link.GetAttributeAsync("href"))!);
        }

        return seen;
    }

    private static string KindOf(string address)
    {
        var parts = address.Split('?', '#');
        var tab = TabName().Match(address);
        return Id().Replace(parts[0], "{id}") + (tab.Success ? "?" + tab.Value : "");
    }

    [GeneratedRegex("(?<=/)(acc_[0-9A-Z]{26}|[0-9a-f]{8}-[0-9a-f-]{27})(?=/|$)|(?<=/docs/adr/).+")]
    private static partial Regex Id();

    [GeneratedRegex("tab=[a-z]+")]
    private static partial Regex TabName();
}
