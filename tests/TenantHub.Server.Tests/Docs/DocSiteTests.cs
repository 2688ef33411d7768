using System.Net;
using System.Text.RegularExpressions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Docs;

/// <summary>The documents as the server gives them, to somebody without a key.</summary>
public sealed partial class DocSiteTests(ServerFixture fixture)
{
    [Fact]
    public async Task EveryDocument_IsServed_AndEveryLinkOfEveryPageLeadsSomewhere()
    {
        using var client = fixture.Hub.NewClient(null);
        var pages = new Dictionary<string, string>();
        var waiting = new Queue<string>(["/docs"]);
        var faults = new List<string>();
        var links = new List<(string From, string To)>();
        while (waiting.TryDequeue(out var path))
        {
            if (pages.ContainsKey(path))
                continue;
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            if (answer.StatusCode is not HttpStatusCode.OK)
                faults.Add($"{path}: {(int)answer.StatusCode}");
            var isPage = answer.Content.Headers.ContentType?.MediaType is "text/html";
            pages[path] = isPage ? await answer.Content.ReadAsStringAsync(Cancel) : "";
            if (!isPage || !path.StartsWith("/docs", StringComparison.Ordinal))
                continue;
            foreach (var link in Links().Matches(pages[path]).Select(match => WebUtility.HtmlDecode(match.Groups["to"].Value)))
            {
                var target = link.StartsWith('#') ? path + link : link;
                links.Add((path, target));
                if (target.StartsWith('/'))
                    waiting.Enqueue(target.Split('#')[0]);
            }
        }

        faults.AddRange(links.Where(link => link.To.StartsWith('/') && !Holds(link.To)).Select(link => $"{link.From} -> {link.To}"));
        Assert.Empty(faults);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
        {
            var slug = Path.GetRelativePath(Path.Combine(Repository.Root, "docs"), file)[..^".md".Length].ToLowerInvariant();
            Assert.Contains("/docs/" + slug, pages.Keys);
            Assert.Equal(
                await File.ReadAllTextAsync(file, Cancel),
                await client.GetStringAsync(new Uri($"/docs/{slug}.md", UriKind.Relative), Cancel)
            );
        }

        bool Holds(string target) =>
            target.Split('#') is not [var path, var id] || pages[path].Contains($" id=\"{id}\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_FindsASection_AndLeadsToIt()
    {
        using var client = fixture.Hub.NewClient(null);

        var found = await client.GetStringAsync(new Uri("/docs/search?q=not_this_account%20webhook", UriKind.Relative), Cancel);
        var hostile = await client.GetStringAsync(new Uri("/docs/search?q=%3Cscript%3Ealert(1)%3C/script%3E", UriKind.Relative), Cancel);
        var long_ = await client.GetStringAsync(new Uri("/docs/search?q=" + new string('x', 101), UriKind.Relative), Cancel);

        Assert.Contains("href=\"/docs/errors#not_this_account\"", found, StringComparison.Ordinal);
        Assert.Contains("<mark>webhook</mark>", found, StringComparison.Ordinal);
        Assert.Contains("Nothing holds &lt;script&gt;", hostile, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", hostile, StringComparison.Ordinal);
        Assert.Contains("A search has at most 100 letters", long_, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_IsKeptByTheBrowser_UntilItIsAnother()
    {
        using var client = fixture.Hub.NewClient(null);
        using var first = await client.GetAsync(new Uri("/docs/errors", UriKind.Relative), Cancel);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/docs/errors");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await client.SendAsync(again, Cancel);
        using var none = await client.GetAsync(new Uri("/docs/no-such-page", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.Contains("default-src 'none'", first.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [GeneratedRegex("(?:href|src)=\"(?<to>[^\"]+)\"")]
    private static partial Regex Links();
}
