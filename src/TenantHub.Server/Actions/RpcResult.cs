using System.Globalization;
using System.Text.Json;
using TenantHub.Actions;

namespace TenantHub.Server.Actions;

/// <summary>
/// <c>{"data": ..., "next": ...}</c>: Autodesk's bytes go out as they came in. Always 200, as StackOne's client demands; Autodesk's own
/// status is in the header <c>x-provider-status</c>; <c>x-answer-origin</c> says so when the answer is a replay or was found by looking.
/// </summary>
internal sealed class RpcResult(ActionResult.Succeeded result) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        CallHeaders.Write(response, result.RateLimit);
        if (result.Origin is not AnswerOrigin.Autodesk) response.Headers["x-answer-origin"] = WireName.Of(result.Origin);
        response.Headers["x-provider-status"] = result.ProviderStatus.ToString(CultureInfo.InvariantCulture);
        await using var writer = new Utf8JsonWriter(response.BodyWriter);
        writer.WriteStartObject();
        writer.WritePropertyName("data");
        if (result.Data is { } data) writer.WriteRawValue(data.Span, skipInputValidation: true);
        else writer.WriteNullValue();
        if (result.Next is { } next) writer.WriteString("next", next);
        writer.WriteEndObject();
    }
}
