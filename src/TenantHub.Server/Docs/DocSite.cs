using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace TenantHub.Server.Docs;

/// <summary>All pages, made when the first one is asked for; nothing in them changes while the server runs.</summary>
internal sealed class DocSite
{
    private const string Html = "text/html; charset=utf-8";
    private readonly Lazy<DocContents> _contents = new(() => new DocContents());
    private readonly Lazy<Task<FrozenDictionary<string, DocFile>>> _files;

    public DocSite(IServiceProvider services, ILoggerFactory logs) => _files = new(() => MakeAsync(services, logs));

    public DocContents Contents => _contents.Value;

    /// <summary>A page, or its Markdown with <c>.md</c>; null when there is none. The contents have the empty slug.</summary>
    public async Task<DocFile?> FindAsync(string slug) => (await _files.Value).GetValueOrDefault(slug);

    private async Task<FrozenDictionary<string, DocFile>> MakeAsync(IServiceProvider services, ILoggerFactory logs)
    {
        await using var scope = services.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, logs);
        var files = new Dictionary<string, DocFile> { [""] = new(await RenderAsync<DocIndexPage>(renderer), Html) };
        foreach (var doc in Contents.Docs.Values)
        {
            files[doc.Slug] = new(await RenderAsync<DocPage>(renderer, (nameof(DocPage.Doc), doc)), Html);
            files[doc.Slug + ".md"] = new(Encoding.UTF8.GetBytes(DocContents.TextOf(doc.Path)), "text/markdown; charset=utf-8");
        }

        return files.ToFrozenDictionary();
    }

    private async Task<byte[]> RenderAsync<TPage>(HtmlRenderer renderer, params (string Name, object Value)[] parameters)
        where TPage : IComponent
    {
        var given = parameters.Append((nameof(DocPage.Contents), Contents)).ToDictionary(pair => pair.Item1, object? (pair) => pair.Item2);
        return Encoding.UTF8.GetBytes(
            await renderer.Dispatcher.InvokeAsync(async () =>
                (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(given))).ToHtmlString()
            )
        );
    }
}

/// <summary>What is sent of a document.</summary>
internal sealed record DocFile(byte[] Bytes, string ContentType)
{
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Bytes))[..12];
}
