using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.JSInterop;

namespace TenantHub.Server.Ui.Layout;

/// <summary>
/// The filters of a page stand in its address, so that it can be shared and that back and forward work. The fields put them there
/// themselves, by
/// <c>data-filter</c> (console.js): an address that the server sent back could arrive when another page is shown already.
/// </summary>
internal static class PageAddress
{
    private const string Cursor = "next";

    public static IQueryCollection Query(this NavigationManager navigation) =>
        new QueryCollection(QueryHelpers.ParseQuery(new Uri(navigation.Uri).Query));

    public static string Value(this NavigationManager navigation, string name) => navigation.Query()[name].ToString();

    /// <summary>Whether one of the filters is set.</summary>
    public static bool Has(this NavigationManager navigation, params string[] names) => names.Any(navigation.Query().ContainsKey);

    /// <summary>The address of the page that begins at the cursor; of the first one for null.</summary>
    public static string At(this NavigationManager navigation, string? cursor) => navigation.GetUriWithQueryParameter(Cursor, cursor);

    /// <summary>The address of the server as the person's browser knows it.</summary>
    public static string Origin(this NavigationManager navigation) => new Uri(navigation.BaseUri).GetLeftPart(UriPartial.Authority);

    /// <summary>Leads on to another page when work has ended, unless the person has left the page that began it.</summary>
    /// <param name="script">The page's script.</param>
    /// <param name="from">The address at which the work began.</param>
    /// <param name="to">Where it leads.</param>
    public static async Task LeadOnAsync(this IJSRuntime script, string from, string to)
    {
        try
        {
            await script.InvokeVoidAsync("hubConsole.leadOn", from, to);
        }
        catch (JSDisconnectedException)
        {
            // The person has closed the page.
        }
    }
}
