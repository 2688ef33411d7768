using System.Globalization;
using TenantHub.Audit;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Audit;

/// <summary>What GET /audit and GET /audit/verify ask for.</summary>
internal static class AuditQuery
{
    private const int MaxPageSize = 200;

    public static readonly DescribedParameter[] Parameters =
    [
        ("actor", "Who: a key's id, or a person's."),
        ("action", "What: the name of the endpoint, for example link_account."),
        ("target", "Of what: account/{id}, profile/{id} ..."),
        ("from", "Changes at or after this instant (2026-11-25T12:00:00Z)."),
        ("to", "Changes before this instant."),
        ("next", "From the page before."),
        ("page_size", "Changes per page: 50 by default, at most 200."),
    ];

    public static readonly DescribedParameter[] VerifyParameters =
    [
        ("known", "A head that was kept earlier, as sequence:hash: the chain must still contain it."),
        (
            "from",
            "The first row to look at. By default the row after the head that an earlier look has kept; the newest 1,000 rows are looked at in any case."
        ),
        (
            "to",
            "The last row to look at. By default the end; one look takes at most 200,000 rows, and next in the answer says where to go on."
        ),
    ];

    /// <summary>Reads the query. Exactly one of filter and error is set.</summary>
    public static (AuditFilter? Filter, ServiceError? Error) Read(IQueryCollection query)
    {
        var read = new QueryReader(query, Parameters);
        var filter = new AuditFilter
        {
            Actor = read.Text("actor"),
            Action = read.Text("action"),
            Target = read.Text("target"),
            From = read.Instant("from"),
            To = read.Instant("to"),
            Before = Row(read, "next"),
            PageSize = read.Number("page_size", 50, MaxPageSize),
        };
        return read.Error is { } error ? (null, error) : (filter, null);
    }

    /// <summary>Reads what to verify. Exactly one of range and error is set.</summary>
    public static (AuditHead? Known, AuditRange? Range, ServiceError? Error) ReadVerify(IQueryCollection query)
    {
        var read = new QueryReader(query, VerifyParameters);
        var (from, to) = (Row(read, "from"), Row(read, "to"));
        if (to is not null && !(from <= to))
            read.Refuse("to", "needs a from that is not greater.");
        if (read.Error is { } faults)
            return (null, null, faults);
        var (known, error) = Known(read.Text("known") ?? "");
        return error is null ? (known, new AuditRange(from, to), null) : (null, null, error);
    }

    private static int? Row(QueryReader read, string name) => read.Number(name, 0, int.MaxValue) is > 0 and var row ? row : null;

    /// <summary>Where the page after this one begins; null at the end.</summary>
    public static string? Next(AuditFilter filter, IReadOnlyList<AuditedChange> page) =>
        page.Count == filter.PageSize ? page[^1].Intent.Sequence.ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>Reads the head that somebody kept; an empty text is none.</summary>
    public static (AuditHead? Known, ServiceError? Error) Known(string text)
    {
        if (text.Length == 0)
            return (null, null);
        return
            text.Split(':') is [var number, { Length: 64 } hash]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && hash.All(char.IsAsciiHexDigitLower)
            ? (new AuditHead(sequence, hash), null)
            : (null, RequestErrors.BadQuery([new("known", "must be sequence:hash, as \"head\" of an earlier verification gave them.")]));
    }
}
