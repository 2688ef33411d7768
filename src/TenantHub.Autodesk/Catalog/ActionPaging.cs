using TenantHub.Autodesk.Isolation;

namespace TenantHub.Autodesk.Catalog;

/// <summary>How Autodesk pages a list.</summary>
public sealed record ActionPaging
{
    public required PagingStyle Style { get; init; }

    /// <summary>Gets the query parameter that says where the page starts; null when the list comes whole.</summary>
    public string? Position { get; init; }

    /// <summary>Gets the query parameter for the rows per page; null when Autodesk does not let the caller choose.</summary>
    public string? Size { get; init; }

    /// <summary>Gets the most rows per page that Autodesk allows.</summary>
    public int? Max { get; init; }

    /// <summary>Gets the rows per page when none are asked for; only where the end of the list shows in a short page.</summary>
    public int? Default { get; init; }

    /// <summary>Gets how the account's own rows are known, where Autodesk lists everything that the client id can see; null where the path
    /// names what holds the rows.</summary>
    public OwnRows? Own { get; init; }

    /// <summary>Gets the member of the answer that holds the rows; empty when the answer itself is the array.</summary>
    public required string Rows { get; init; }
}

/// <summary>How the account's own rows are known.</summary>
/// <param name="Kind">What the rows are.</param>
/// <param name="Id">The member that holds a row's id.</param>
public sealed record OwnRows(ResourceKind Kind, string Id);

/// <summary>The five styles in which Autodesk pages, and the lists that it does not page.</summary>
public enum PagingStyle
{
    /// <summary>limit and offset; a bare array, shorter than the limit at the end.</summary>
    OffsetLimitArray,

    /// <summary>limit and offset; <c>pagination</c> beside <c>results</c>.</summary>
    OffsetLimitResults,

    /// <summary>page[number] from 0; <c>links.next</c> until the end.</summary>
    PageNumber,

    /// <summary>startAt; <c>next</c> is a URL that carries it.</summary>
    StartAt,

    /// <summary>pageState; <c>links.next</c> is a cursor or a URL that carries it.</summary>
    PageState,

    /// <summary>Everything at once.</summary>
    Whole,
}
