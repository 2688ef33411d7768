using System.Globalization;
using TenantHub.Errors;

namespace TenantHub.Server.Hosting;

/// <summary>Reads <c>page</c> and <c>page_size</c> of lists that have no other parameters.</summary>
internal static class PageQuery
{
    private const int MaxPageSize = 100;

    public static (int Page, int PageSize) Read(IQueryCollection query, List<InputFault> faults)
    {
        foreach (var name in query.Keys.Where(name => name is not ("page" or "page_size"))) faults.Add(new(name, "is not known; known are page, page_size."));
        return (Number(query["page"], "page", 1, 10_000, faults), Number(query["page_size"], "page_size", MaxPageSize, MaxPageSize, faults));
    }

    public static int Number(string? text, string name, int unset, int max, List<InputFault> faults)
    {
        if (string.IsNullOrEmpty(text)) return unset;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max) return number;
        faults.Add(new(name, $"must be a whole number from 1 to {max}."));
        return unset;
    }
}
