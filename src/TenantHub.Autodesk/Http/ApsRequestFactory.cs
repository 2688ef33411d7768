using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Paging;

namespace TenantHub.Autodesk.Http;

/// <summary>Makes the request of an action out of its declaration, a validated input, and what the account supplies.</summary>
public static class ApsRequestFactory
{
    private static readonly string[] ActingUserHeaders = ["User-Id", "x-user-id"];

    /// <summary>Builds the request, without its token.</summary>
    public static HttpRequestMessage Create(
        ActionDefinition action,
        ActionRequest request,
        LinkedAccountContext context,
        ApsOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(action);
        var url = new DefaultInterpolatedStringHandler(0, 0, null, stackalloc char[256]); // Most fit.
        url.AppendFormatted(options.BaseUrl.AbsoluteUri.AsSpan().TrimEnd('/'));
        AppendPath(ref url, action, request, context);
        AppendQuery(ref url, action, request, context);

        var message = new HttpRequestMessage(HttpMethod.Parse(action.Method), new Uri(url.ToStringAndClear()));
        message.Headers.TryAddWithoutValidation("Accept", "application/json, application/vnd.api+json");
        foreach (var header in action.Parameters)
        {
            if (header.In is ParameterPlace.Header && ValueOf(header, request.Headers, context) is { } value)
                message.Headers.TryAddWithoutValidation(header.Name, value);
        }

        if (action.Body is { } body && request.Body is { } json)
        {
            message.Content = new ReadOnlyMemoryContent(json.Memory);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(body.ContentType);
        }

        return message;
    }

    /// <summary>The user on whose behalf a request is sent; null when there is none.</summary>
    internal static string? ActingUserOf(HttpRequestMessage message)
    {
        foreach (var name in ActingUserHeaders)
        {
            if (message.Headers.NonValidated.TryGetValues(name, out var values))
                return values.ToString();
        }

        return null;
    }

    private static void AppendPath(
        ref DefaultInterpolatedStringHandler url,
        ActionDefinition action,
        ActionRequest request,
        LinkedAccountContext context
    )
    {
        var rest = action.Path.AsSpan();
        while (rest.IndexOf('{') is var open and >= 0)
        {
            var close = rest.IndexOf('}');
            url.AppendFormatted(rest[..open]);
            var parameter = action.FindParameter(ParameterPlace.Path, rest[(open + 1)..close].ToString())!;
            url.AppendLiteral(Uri.EscapeDataString(ValueOf(parameter, request.Path, context)!));
            rest = rest[(close + 1)..];
        }

        url.AppendFormatted(rest);
    }

    private static void AppendQuery(
        ref DefaultInterpolatedStringHandler url,
        ActionDefinition action,
        ActionRequest request,
        LinkedAccountContext context
    )
    {
        var separator = '?';
        var paging = action.Paging;
        foreach (var (name, values) in request.Query)
        {
            if (name is PageRequest.SizeName or PageRequest.NextName or "debug" || name == paging?.Position || name == paging?.Size)
                continue;
            var style = (
                action.FindParameter(ParameterPlace.Query, name) ?? action.FindParameter(ParameterPlace.Query, "filter[*]")
            )?.Array;
            if (style is ArrayStyle.Comma)
                Append(ref url, ref separator, name, string.Join(',', values));
            else
                foreach (var value in values)
                    Append(ref url, ref separator, name, value);
        }

        foreach (var parameter in action.Parameters)
        {
            if (
                parameter is { In: ParameterPlace.Query, Fill: not null }
                && !request.Query.ContainsKey(parameter.Name)
                && Supplied(parameter, context) is { } value
            )
                Append(ref url, ref separator, parameter.Name, value);
        }

        if (paging is null)
            return;
        var page = PageRequest.Read(action, request);
        if (page.NativeSize(paging) is { } size)
            Append(ref url, ref separator, paging.Size!, size.ToString(CultureInfo.InvariantCulture));
        if (page.Position is { } position)
            Append(ref url, ref separator, paging.Position!, position);
    }

    private static void Append(ref DefaultInterpolatedStringHandler url, ref char separator, string name, string value)
    {
        url.AppendFormatted(separator);
        url.AppendLiteral(Uri.EscapeDataString(name));
        url.AppendLiteral("=");
        url.AppendLiteral(Uri.EscapeDataString(value));
        separator = '&';
    }

    private static string? ValueOf(ActionParameter parameter, IReadOnlyDictionary<string, string> given, LinkedAccountContext context)
    {
        // What the account must agree with (account id, hub id) was checked by the validator; its own spelling is sent.
        if (parameter.Fill is AccountValue.AccountId or AccountValue.HubId)
            return Supplied(parameter, context);
        return Given(parameter, given) is { } value ? InForm(parameter.IdForm, value) : Supplied(parameter, context);
    }

    private static string? Given(ActionParameter parameter, IReadOnlyDictionary<string, string> given)
    {
        if (given.TryGetValue(parameter.Name, out var exact))
            return exact;
        if (parameter.In is not ParameterPlace.Header)
            return null;
        foreach (var (name, value) in given)
        {
            if (name.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return null;
    }

    private static string? Supplied(ActionParameter parameter, LinkedAccountContext context) =>
        parameter.Fill switch
        {
            AccountValue.AccountId => context.AccAccountId,
            AccountValue.HubId => context.HubId,
            AccountValue.Region => context.Region,
            AccountValue.ActingUser => context.ActingUserId,
            _ => null,
        };

    /// <summary>ACC and BIM 360 ids are taken with or without <c>b.</c>; Autodesk's families differ in which form they want.</summary>
    internal static string InForm(IdForm? form, string id) =>
        form switch
        {
            IdForm.Raw => AccId.Bare(id),
            IdForm.B when !id.StartsWith("a.", StringComparison.OrdinalIgnoreCase) => "b." + AccId.Bare(id),
            _ => id,
        };
}
