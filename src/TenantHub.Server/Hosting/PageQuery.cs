using System.Globalization;
using TenantHub.Errors;

namespace TenantHub.Server.Hosting;

/// <summary>Reads the numbers of queries: <c>page</c> and <c>page_size</c> of lists that have no other parameters, and single ones.</summary>
internal static class PageQuery
{
    private const int MaxPageSize = 100;

    public static readonly DescribedParameter[] Parameters = [("page", "The page, from 1."), ("page_size", "Entries per page; at most and by default 100.")];

    public static (int Page, int PageSize) Read(IQueryCollection query, List<InputFault> faults)
    {
        RefuseUnknown(query.Keys, Parameters, faults);
        return (Number(query["page"], "page", 1, 10_000, faults), Number(query["page_size"], "page_size", MaxPageSize, MaxPageSize, faults));
    }

    /// <summary>A misspelt filter would silently show everything.</summary>
    public static void RefuseUnknown(IEnumerable<string> names, DescribedParameter[] known, List<InputFault> faults)
    {
        foreach (var name in names.Where(name => known.All(parameter => parameter.Name != name)))
            faults.Add(new(InputFault.Shorten(name), $"is not known here; known are {string.Join(", ", known.Select(parameter => parameter.Name))}."));
    }

    /// <summary>Reads one whole number; what is none, or out of bounds, is a fault.</summary>
    public static int Number(string? text, string name, int unset, int max, List<InputFault> faults, int min = 1)
    {
        if (string.IsNullOrEmpty(text)) return unset;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        faults.Add(new(name, $"must be a whole number from {min} to {max}."));
        return unset;
    }
}
