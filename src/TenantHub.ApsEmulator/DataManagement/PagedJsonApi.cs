using System.Globalization;
using System.Text.Json.Nodes;

namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>page[number] from 0, page[limit] up to 200, links.next until the end.</summary>
internal static class PagedJsonApi
{
    public static IResult Answer<T>(
        ApsCall call,
        IReadOnlyList<T> rows,
        Func<T, JsonObject> face,
        Func<T, JsonObject?>? included = null,
        int? fixedLimit = null,
        int maxPage = int.MaxValue
    )
    {
        if (
            call.Number("page[number]", 0, 0, maxPage) is not { } number
            || call.Number("page[limit]", fixedLimit ?? 200, 1, 200) is not { } limit
        )
            return Answers.JsonApiError(400, "BAD_INPUT", "page[number] or page[limit] is out of range.");
        if (fixedLimit is { } size)
            limit = size;

        var page = rows.Skip(number * limit).Take(limit).ToList();
        var document = JsonApiFaces.Document(Link(call, number), new JsonArray([.. page.Select(face)]));
        document["links"]!["first"] = JsonApiFaces.Href(Link(call, 0));
        if (number > 0)
            document["links"]!["prev"] = JsonApiFaces.Href(Link(call, number - 1));
        if ((number + 1) * limit < rows.Count)
            document["links"]!["next"] = JsonApiFaces.Href(Link(call, number + 1));
        if (included is not null)
            document["included"] = new JsonArray([.. page.Select(included).OfType<JsonObject>()]);
        return Answers.JsonApi(200, document);
    }

    private static string Link(ApsCall call, int number)
    {
        var others = call
            .Request.Query.Where(pair => pair.Key != "page[number]")
            .SelectMany(pair => pair.Value.Select(value => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}"));
        return $"https://developer.api.autodesk.com{call.Request.Path.ToUriComponent()}?{string.Join('&', others.Append(string.Create(CultureInfo.InvariantCulture, $"page%5Bnumber%5D={number}")))}";
    }
}
