using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace TenantHub.Server.Ui.Layout;

/// <summary>The filters of a page stand in its address, so that it can be shared and that back and forward work.</summary>
internal static class PageAddress
{
    private const string Cursor = "next";

    public static IQueryCollection Query(this NavigationManager navigation) => new QueryCollection(QueryHelpers.ParseQuery(new Uri(navigation.Uri).Query));

    public static string Value(this NavigationManager navigation, string name) => navigation.Query()[name].ToString();

    /// <summary>Whether one of the filters is set.</summary>
    public static bool Has(this NavigationManager navigation, params string[] names) => names.Any(navigation.Query().ContainsKey);

    /// <summary>Goes to the first page of what another filter shows; an empty value takes the filter away.</summary>
    public static void Filter(this NavigationManager navigation, string name, object? value) => navigation.NavigateTo(
        navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { [name] = value?.ToString()?.Trim() is { Length: > 0 } text ? text : null, [Cursor] = null }));

    /// <summary>The address of the page that begins at the cursor; of the first one for null.</summary>
    public static string At(this NavigationManager navigation, string? cursor) => navigation.GetUriWithQueryParameter(Cursor, cursor);
}
