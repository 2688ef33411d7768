using System.Collections.Frozen;

namespace TenantHub.Server.Docs;

/// <summary>The table of contents, and what stands in the assembly for it. A document of <c>docs/</c> that nobody has put into a group is
/// a guide.</summary>
public sealed class DocContents
{
    public const string Home = "/docs";
    public const string Reference = "Reference";
    public const string Decisions = "Decisions";
    private const string Guides = "Guides";
    private const string DecisionsFolder = "docs/adr/";
    private const string Images = "docs/images/";

    private static readonly (string Name, string[] Paths)[] Order =
    [
        (
            Guides,
            [
                "docs/first-customer.md",
                "docs/production.md",
                "docs/isolation.md",
                "docs/files.md",
                "docs/events-in.md",
                "docs/agents.md",
                "docs/cli.md",
                "docs/client.md",
            ]
        ),
        (
            "Operating",
            ["deploy/runbook.md", "docs/security.md", "docs/key-management.md", "docs/audit.md", "docs/failover.md", "docs/performance.md"]
        ),
        ("Concepts", ["docs/ARCHITECTURE.md"]),
        (Reference, ["docs/errors.md", "docs/settings.md", "src/TenantHub.ApsEmulator/README.md"]),
    ];

    private static readonly FrozenSet<string> Resources = typeof(DocContents).Assembly.GetManifestResourceNames().ToFrozenSet();

    public DocContents()
    {
        var named = Order.SelectMany(group => group.Paths).ToHashSet();
        var others = Resources
            .Where(name => name.StartsWith("docs/", StringComparison.Ordinal) && IsText(name) && !named.Contains(name))
            .Order(StringComparer.Ordinal)
            .ToLookup(name => name.StartsWith(DecisionsFolder, StringComparison.Ordinal));
        Groups =
        [
            .. Order.Select(group => Read(group.Name, group.Name is Guides ? [.. group.Paths, .. others[false]] : group.Paths)),
            Read(Decisions, others[true]),
        ];
        Docs = Groups.SelectMany(group => group.Docs).ToFrozenDictionary(doc => doc.Slug);
    }

    public IReadOnlyList<DocGroup> Groups { get; }

    /// <summary>Gets the documents by slug.</summary>
    public FrozenDictionary<string, Doc> Docs { get; }

    /// <summary>The text of a document as it lies in the repository.</summary>
    public static string TextOf(string path)
    {
        using var reader = new StreamReader(typeof(DocContents).Assembly.GetManifestResourceStream(path)!);
        return reader.ReadToEnd();
    }

    /// <summary>A picture; null when there is none of this name.</summary>
    public static Stream? Image(string name) =>
        Resources.Contains(Images + name) ? typeof(DocContents).Assembly.GetManifestResourceStream(Images + name) : null;

    /// <summary>Where a file of the repository is served; null when it is not.</summary>
    public static string? UrlOf(string path) =>
        !Resources.Contains(path) ? null
        : IsText(path) ? Home + "/" + SlugOf(path)
        : "/" + path;

    private static DocGroup Read(string name, IEnumerable<string> paths) =>
        new(name, [.. paths.Select(path => DocMarkdown.Read(path, SlugOf(path), TextOf(path)))]);

    private static bool IsText(string path) => path.EndsWith(".md", StringComparison.Ordinal);

    private static string SlugOf(string path) =>
        path switch
        {
            "src/TenantHub.ApsEmulator/README.md" => "emulator",
            "deploy/runbook.md" => "runbook",
            _ => path["docs/".Length..^".md".Length].ToLowerInvariant(),
        };
}
