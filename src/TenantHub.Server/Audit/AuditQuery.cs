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
        ("from", "The first row to look at. By default the row after the head that an earlier look has kept; the newest 1,000 rows are looked at in any case."),
        ("to", "The last row to look at. By default the end; one look takes at most 200,000 rows, and next in the answer says where to go on."),
    ];

    /// <summary>Reads the query. Exactly one of filter and error is set.</summary>
    public static (AuditFilter? Filter, HubError? Error) Read(IQueryCollection query)
    {
        var faults = new List<InputFault>();
        PageQuery.RefuseUnknown(query.Keys, Parameters, faults);
        var filter = new AuditFilter
        {
            Actor = Text("actor"),
            Action = Text("action"),
            Target = Text("target"),
            From = Instant("from"),
            To = Instant("to"),
            Before = Text("next") is { } next ? PageQuery.Number(next, "next", 1, int.MaxValue, faults) : null,
            PageSize = PageQuery.Number(Text("page_size"), "page_size", 50, MaxPageSize, faults),
        };
        return faults.Count > 0 ? (null, RequestErrors.BadQuery(faults)) : (filter, null);

        string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

        DateTimeOffset? Instant(string name)
        {
            if (Text(name) is not { } text) return null;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)) return instant;
            faults.Add(new(name, "must be an instant such as 2026-11-25T12:00:00Z."));
            return null;
        }
    }

    /// <summary>Reads what to verify. Exactly one of range and error is set.</summary>
    public static (AuditHead? Known, AuditRange? Range, HubError? Error) ReadVerify(IQueryCollection query)
    {
        var faults = new List<InputFault>();
        PageQuery.RefuseUnknown(query.Keys, VerifyParameters, faults);
        var (from, to) = (Row("from"), Row("to"));
        if (to is not null && !(from <= to)) faults.Add(new("to", "needs a from that is not greater."));
        if (faults.Count > 0) return (null, null, RequestErrors.BadQuery(faults));
        var (known, error) = Known(query["known"].ToString());
        return error is null ? (known, new AuditRange(from, to), null) : (null, null, error);

        long? Row(string name) => query[name].ToString() is { Length: > 0 } text ? PageQuery.Number(text, name, 1, int.MaxValue, faults) : null;
    }

    /// <summary>Where the page after this one begins; null at the end.</summary>
    public static string? Next(AuditFilter filter, IReadOnlyList<AuditedChange> page) =>
        page.Count == filter.PageSize ? page[^1].Intent.Sequence.ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>Reads the head that somebody kept; an empty text is none.</summary>
    public static (AuditHead? Known, HubError? Error) Known(string text)
    {
        if (text.Length == 0) return (null, null);
        return text.Split(':') is [var number, { Length: 64 } hash] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && hash.All(char.IsAsciiHexDigitLower)
            ? (new AuditHead(sequence, hash), null)
            : (null, RequestErrors.BadQuery([new("known", "must be sequence:hash, as \"head\" of an earlier verification gave them.")]));
    }
}
