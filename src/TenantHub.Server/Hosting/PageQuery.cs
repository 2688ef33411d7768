using System.Globalization;
using TenantHub.Errors;

namespace TenantHub.Server.Hosting;

/// <summary>Reads the numbers of queries: <c>page</c> and <c>page_size</c> of lists that have no other parameters, and single ones.</summary>
internal static class PageQuery
{
    private const int MaxPageSize = 100;

    public static (int Page, int PageSize) Read(IQueryCollection query, List<InputFault> faults)
    {
        foreach (var name in query.Keys.Where(name => name is not ("page" or "page_size"))) faults.Add(new(name, "is not known; known are page, page_size."));
        return (Number(query["page"], "page", 1, 10_000, faults), Number(query["page_size"], "page_size", MaxPageSize, MaxPageSize, faults));
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
