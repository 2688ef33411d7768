namespace TenantHub.Client.Files;

/// <summary>Which file is read: the newest version of an item, a version, or what lies at a path.</summary>
/// <param name="ProjectId">The project.</param>
public sealed record FileChoice(string ProjectId)
{
    /// <summary>Gets the item; null when version or path is given.</summary>
    public string? ItemId { get; init; }

    /// <summary>Gets the version; null when item or path is given.</summary>
    public string? VersionId { get; init; }

    /// <summary>Gets the names from a top folder to the file: <c>Project Files/Plans/plan.pdf</c>; null when item or version is
    /// given.</summary>
    public string? Path { get; init; }
}

/// <summary>A file that is open.</summary>
public sealed class StoredFile : IAsyncDisposable
{
    internal StoredFile(string name, string etag, long size, string? sha1, Stream content) =>
        (Name, ETag, Size, Sha1, Content) = (name, etag, size, sha1, content);

    /// <summary>Gets the file's name, as somebody else has given it: it may hold anything.</summary>
    public string Name { get; }

    /// <summary>Gets what is the same as long as the content is.</summary>
    public string ETag { get; }

    /// <summary>Gets the size of the whole file in bytes.</summary>
    public long Size { get; }

    /// <summary>Gets the SHA-1 of the whole file in lower-case hexadecimal, as Autodesk tells it; null when it does not.</summary>
    public string? Sha1 { get; }

    /// <summary>Gets the bytes, from the wanted one on. It is read asynchronously.</summary>
    public Stream Content { get; }

    /// <summary>Ends the reading.</summary>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
