using System.Net;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Hosting;

/// <summary>
/// What holds for every request, before anything looks at it: queries are few and are text; a form that the framework cannot read is the
/// sender's fault.
/// </summary>
internal static class RequestGuard
{
    private const int MaxQueryNames = 100;
    private const int MaxKeyFormBytes = 16 * 1024; // A key, or what a customer's admin fills in.
    private const int MaxFormBytes = 256 * 1024; // A profile with all its actions.

    /// <summary>No answer is to be taken for something else than it says that it is.</summary>
    public static void UseNoSniff(this IApplicationBuilder app) =>
        app.Use(
            (http, next) =>
            {
                http.Response.Headers.XContentTypeOptions = "nosniff";
                return next(http);
            }
        );

    public static void UseRequestGuard(this IApplicationBuilder app) =>
        app.Use(
            (http, next) =>
                (FaultInAddress(http) ?? FaultInQuery(http.Request)) is { } fault
                    ? new ErrorResult(RequestErrors.BadQuery([fault])).ExecuteAsync(http)
                : IsPageForm(http.Request) ? GuardFormAsync(http, next)
                : next(http)
        );

    private static async Task GuardFormAsync(HttpContext http, RequestDelegate next)
    {
        if (await ReadFormAsync(http) is { } error)
            await new ErrorResult(error).ExecuteAsync(http);
        else
            await next(http);
    }

    /// <summary>What does not decode to text would be taken as it is written, and match nothing.</summary>
    private static InputFault? FaultInAddress(HttpContext http)
    {
        var address = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (address is null || !address.Contains('%', StringComparison.Ordinal))
            return null;
        var bytes = Encoding.UTF8.GetBytes(address);
        return Utf8.IsValid(WebUtility.UrlDecodeToBytes(bytes, 0, bytes.Length))
            ? null
            : new("address", "must be UTF-8 where it is percent-encoded.");
    }

    private static InputFault? FaultInQuery(HttpRequest request)
    {
        var query = request.QueryString.Value;
        if (string.IsNullOrEmpty(query))
            return null;
        if (query.AsSpan().Count('&') >= MaxQueryNames)
            return new("query", $"must have at most {MaxQueryNames} names.");
        if (
            query.Contains('%', StringComparison.Ordinal)
            && request.Query.Any(given => HasControl(given.Key) || given.Value.Any(value => HasControl(value ?? "")))
        )
            return new("query", "must not hold control characters.");
        return null;
    }

    /// <summary>The pages' forms. Uploads to the API are streamed by whoever takes them.</summary>
    private static bool IsPageForm(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && (request.Path.StartsWithSegments("/ui") || request.Path.StartsWithSegments("/link"))
        && request.HasFormContentType;

    /// <summary>Reads the form once for all who ask for it later; says what is wrong with it.</summary>
    private static async Task<ServiceError?> ReadFormAsync(HttpContext http)
    {
        var limit =
            http.Request.Path.StartsWithSegments("/link") || http.Request.Path.StartsWithSegments("/ui/sign-in")
                ? MaxKeyFormBytes
                : MaxFormBytes;
        if (http.Request.ContentLength > limit)
            return RequestErrors.TooLarge(limit);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit;
        try
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            return form.Any(field => HasNoText(field.Key) || field.Value.Any(value => HasNoText(value ?? "")))
                ? RequestErrors.Unreadable("The form holds a text with a control character or half a character.")
                : null;
        }
        catch (BadHttpRequestException exception)
        {
            return FaultExceptionHandler.Describe(exception);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or ArgumentException or NotSupportedException or IOException
                && !http.RequestAborted.IsCancellationRequested
            )
        {
            return RequestErrors.Unreadable(
                "The form could not be read: it is broken, it is no UTF-8, or it has too many or too large fields."
            );
        }
    }

    private static bool HasControl(string text) => text.Any(char.IsControl);

    /// <summary>Text areas send line breaks.</summary>
    private static bool HasNoText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) && text[i] is not ('\r' or '\n' or '\t'))
                return true;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }

        return false;
    }
}
