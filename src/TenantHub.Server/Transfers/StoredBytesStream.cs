using System.Net;
using System.Net.Http.Headers;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;

namespace TenantHub.Server.Transfers;

/// <summary>
/// A piece of an object in Autodesk's storage as one stream: when storage cuts the connection, the next one goes on at the byte that is
/// missing. An object that was replaced meanwhile is not mixed with the old one. Ends early only with an error.
/// </summary>
/// <param name="transfer">Reads from signed URLs.</param>
/// <param name="url">Where the object can be read.</param>
/// <param name="from">The first byte.</param>
/// <param name="length">How many bytes.</param>
/// <param name="renew">Gives another URL when this one has expired; null when there is no other.</param>
/// <param name="whyStopped">Asked every <see cref="AskEvery"/> bytes why they may not be read any more; null when nobody may stop it.</param>
internal sealed class StoredBytesStream(
    SignedUrlTransfer transfer,
    Secret url,
    long from,
    long length,
    Func<Task<(Secret? Url, ServiceError? Error)>>? renew,
    Func<Task<ServiceError?>>? whyStopped
) : Stream
{
    private const int MaxFailures = 8; // In a row, without a byte between them.

    private const long AskEvery = 8 * 1024 * 1024;

    private HttpResponseMessage? _response;
    private Stream? _body;
    private string? _etag;
    private long _position;
    private long _askedAt;
    private int _failures;

    /// <summary>Gets why the stream has ended too early; null when it has not.</summary>
    public ServiceError? Error { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position < length && Error is null)
        {
            if (whyStopped is not null && _position - _askedAt >= AskEvery)
            {
                _askedAt = _position;
                if ((Error = await whyStopped()) is not null)
                    break;
            }

            if (_body is null && !await OpenAsync(cancellationToken))
                continue;
            try
            {
                var wanted = (int)Math.Min(buffer.Length, length - _position);
                var read = await _body!.ReadAsync(buffer[..wanted], cancellationToken);
                _position += read;
                if (read > 0)
                {
                    _failures = 0;
                    return read;
                }
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                // Cut: the next connection goes on here.
            }

            Drop();
            Fail("ends too early");
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Drop();
        base.Dispose(disposing);
    }

    /// <summary>Opens the connection for what is missing; false when it has to be tried again, or cannot be.</summary>
    private async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        var start = from + _position;
        var response = await transfer.OpenAsync(url, new RangeHeaderValue(start, from + length - 1), _etag, cancellationToken);
        if (response is { StatusCode: HttpStatusCode.PartialContent } && response.Content.Headers.ContentRange?.From == start)
        {
            _etag ??= response.Headers.ETag?.ToString();
            (_response, _body) = (response, await response.Content.ReadAsStreamAsync(cancellationToken));
            return true;
        }

        var status = response?.StatusCode;
        response?.Dispose();
        if (status is HttpStatusCode.PreconditionFailed)
            Error = Broken("was replaced while it was read");
        else if (status is HttpStatusCode.Forbidden && renew is not null && _failures < MaxFailures)
        {
            _failures++;
            var (fresh, error) = await renew();
            if (fresh is null)
                Error = error;
            else
                url = fresh;
        }
        else
        {
            Fail(status is null ? "does not answer" : $"answers {(int)status}");
        }

        return false;
    }

    private void Fail(string what)
    {
        if (++_failures >= MaxFailures)
            Error = Broken(what);
    }

    private void Drop()
    {
        _response?.Dispose();
        (_response, _body) = (null, null);
    }

    private static ServiceError Broken(string what) =>
        new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, $"The object in Autodesk's storage {what}.")
        {
            NextStep = "Ask for the bytes that are missing with a Range.",
        };
}
