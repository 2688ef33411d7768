using System.Buffers;
using System.Globalization;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Http;

namespace TenantHub.Server.Actions;

/// <summary>
/// <c>{"data": ..., "next": ...}</c>: Autodesk's bytes go out as they came in. Always 200, as StackOne's client demands; Autodesk's own
/// status is in the header <c>x-provider-status</c>; <c>x-answer-origin</c> says so when the answer is a replay or was found by looking.
/// </summary>
/// <param name="result">What the account has answered.</param>
/// <param name="lease">The buffer that the data may stand in; it is given back when all is written.</param>
internal sealed class RpcResult(ActionResult.Succeeded result, BodyLease? lease = null) : IResult
{
    private const int Piece = 64 * 1024;
    private static readonly ReadOnlyMemory<byte> Null = "null"u8.ToArray();

    private static ReadOnlySpan<byte> Head => "{\"data\":"u8;

    private static ReadOnlySpan<byte> NextHead => ",\"next\":"u8;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var owned = lease;
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        CallHeaders.Write(response, result.RateLimit);
        if (result.Origin is not AnswerOrigin.Autodesk)
            response.Headers["x-answer-origin"] = WireName.Of(result.Origin);
        response.Headers["x-provider-status"] = result.ProviderStatus.ToString(CultureInfo.InvariantCulture);
        var next = result.Next is { } cursor ? JsonSerializer.SerializeToUtf8Bytes(cursor) : null;
        var data = result.Data?.Memory ?? Null;
        response.ContentLength = Head.Length + data.Length + (next is null ? 0 : NextHead.Length + next.Length) + 1;
        using var held = httpContext.RequestServices.GetRequiredService<BodyBudget>().Hold(data.Length);
        var body = response.BodyWriter;
        body.Write(Head);

        // Whatever is written is copied: a large answer goes piece by piece, as fast as its caller reads.
        for (; data.Length > Piece; data = data[Piece..])
        {
            body.Write(data.Span[..Piece]);
            if ((await body.FlushAsync(httpContext.RequestAborted)).IsCompleted)
                return;
        }

        body.Write(data.Span);
        if (next is not null)
        {
            body.Write(NextHead);
            body.Write(next);
        }

        body.Write("}"u8);
        await body.FlushAsync(httpContext.RequestAborted);
    }
}
