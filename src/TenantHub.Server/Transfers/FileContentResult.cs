using System.Globalization;
using Microsoft.Net.Http.Headers;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Transfers;

/// <summary>
/// A file as an answer: whole, one range of it (RFC 9110), or that the caller has it already. What storage cuts goes on at the byte that is
/// missing; when that is not possible the connection ends, so that nobody takes a piece for the whole.
/// </summary>
internal sealed class FileContentResult(StoredFile file, ProjectFiles files, SignedUrlTransfer transfer, SignedFile? signed) : IResult
{
    private const int Buffer = 128 * 1024;
    private readonly long _size = signed?.Size ?? 0;

    /// <summary>Whether the caller says that it has these bytes.</summary>
    public static bool IsKnown(HttpRequest request, StoredFile file) =>
        request
            .GetTypedHeaders()
            .IfNoneMatch.Any(tag =>
                tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(new EntityTagHeaderValue(file.ETag), useStrongComparison: false)
            );

    /// <summary>Whether the caller wants other bytes than these.</summary>
    public static bool IsUnwanted(HttpRequest request, StoredFile file) =>
        request.GetTypedHeaders().IfMatch is { Count: > 0 } wanted
        && !wanted.Any(tag =>
            tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(new EntityTagHeaderValue(file.ETag), useStrongComparison: true)
        );

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        Describe(response);
        if (signed is null)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var (isRange, from, length) = RangeOf(request);
        if (length < 0)
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{_size}");
            return;
        }

        await using var bytes = new StoredBytesStream(transfer, signed.Url, from, length, RenewAsync, files.WhyStoppedAsync);
        var buffer = new byte[Buffer];
        var isHead = HttpMethods.IsHead(request.Method);
        var read = isHead ? 0 : await bytes.ReadAsync(buffer, httpContext.RequestAborted); // Before the headers: what fails now can still be told.
        if (bytes.Error is { } failed)
        {
            response.Clear();
            await new ErrorResult(failed).ExecuteAsync(httpContext);
            return;
        }

        response.ContentType = "application/octet-stream"; // Nothing that a customer has stored is shown as a page of this server.
        response.ContentLength = length;
        if (isRange)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{from + length - 1}/{_size}");
        }

        for (; read > 0; read = await bytes.ReadAsync(buffer, httpContext.RequestAborted))
            await response.Body.WriteAsync(buffer.AsMemory(0, read), httpContext.RequestAborted);
        if (bytes.Error is not null)
            httpContext.Abort();
    }

    private async Task<(Secret? Url, ServiceError? Error)> RenewAsync()
    {
        var (fresh, error) = await files.SignAsync(file, CancellationToken.None);
        return (fresh?.Url, error);
    }

    private void Describe(HttpResponse response)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(file.Name);
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ETag = file.ETag;
        response.Headers.CacheControl = "private, no-cache";
        if (signed?.Sha1 is { } sha1)
            response.Headers["Repr-Digest"] = $"sha=:{Convert.ToBase64String(Convert.FromHexString(sha1))}:"; // RFC 9530: of the whole file, also of a range.
        if (file.ModifiedAt is { } modified)
            response.Headers.LastModified = modified.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>The one range that is asked for, or the whole; a length below zero where there are no such bytes. RFC 9110 has ranges of
    /// a GET only, and allows that several at once are answered with the whole.</summary>
    private (bool IsRange, long From, long Length) RangeOf(HttpRequest request)
    {
        var headers = request.GetTypedHeaders();
        if (!HttpMethods.IsGet(request.Method) || headers.Range is not { Ranges: { Count: 1 } ranges } range || range.Unit != "bytes")
            return (false, 0, _size);
        if (request.Headers.IfRange.ToString() is { Length: > 0 } condition && condition != file.ETag)
            return (false, 0, _size);
        var wanted = ranges.First();
        if (wanted.From is not { } from) // The last so many.
            return wanted.To is > 0 and { } last && _size > 0 ? (true, Math.Max(0, _size - last), Math.Min(_size, last)) : (true, 0, -1);
        if (from >= _size)
            return (true, 0, -1);
        return (true, from, Math.Min(wanted.To ?? _size - 1, _size - 1) - from + 1);
    }
}
