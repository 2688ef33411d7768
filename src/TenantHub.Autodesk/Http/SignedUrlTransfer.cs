using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Http;

/// <summary>
/// Sends bytes to signed URLs: never with Autodesk's token, never along a redirect, and only to hosts on the list, because a caller may
/// hand in any URL.
/// </summary>
public sealed class SignedUrlTransfer : IDisposable
{
    private static readonly string[] AutodeskHosts = ["*.amazonaws.com", "*.cloudfront.net"];

    private readonly HttpClient _http;
    private readonly ApsOptions _options;
    private readonly TimeProvider _clock;

    public SignedUrlTransfer(IOptions<ApsOptions> options, TimeProvider clock)
        : this(options, clock, ApsClient.NewHandler()) { }

    internal SignedUrlTransfer(IOptions<ApsOptions> options, TimeProvider clock, HttpMessageHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _clock = clock;
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Tells why nothing may be sent to the URL; null when it may.</summary>
    public ServiceError? CheckUrl(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0 || uri.Scheme is not ("https" or "http"))
            return Forbidden("must be an absolute https URL without user name.");
        if (_options.AllowedStorageHosts.Any(host => Matches(host, uri)))
            return null;
        if (
            uri.Scheme == "https"
            && uri.IsDefaultPort
            && uri.HostNameType is UriHostNameType.Dns
            && AutodeskHosts.Any(host => Matches(host, uri))
        )
            return null;
        return Forbidden($"points to {uri.Authority}, which is none of Autodesk's storage hosts.");
    }

    /// <summary>Streams the content to the URL. Exactly the given length must come.</summary>
    public async Task<TransferResult> PutAsync(
        Secret signedUrl,
        Stream content,
        long length,
        string contentType,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(signedUrl);
        var file = new MeasuredStream(content, length);
        using var body = new StreamContent(file, 64 * 1024);
        body.Headers.ContentLength = length;
        body.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return await PutAsync(signedUrl, body, cancellationToken)
            ?? new TransferResult.Failed(
                file.IsWrong ? OtherLength(length, await file.MeasureAsync(cancellationToken)) : Broken(new Uri(signedUrl.Reveal()).Host)
            );
    }

    /// <summary>Sends a part that is in memory. Storage compares it with its MD5, so what was damaged on the way is refused.</summary>
    public async Task<TransferResult> PutPartAsync(
        Secret signedUrl,
        ReadOnlyMemory<byte> part,
        byte[] md5,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(signedUrl);
        using var body = new ReadOnlyMemoryContent(part);
        body.Headers.ContentMD5 = md5;
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await PutAsync(signedUrl, body, cancellationToken) ?? new TransferResult.Failed(Broken(new Uri(signedUrl.Reveal()).Host));
    }

    /// <summary>Opens the stored bytes from an offset on; the caller disposes the response. Null when the connection broke before its
    /// answer.</summary>
    public async Task<HttpResponseMessage?> OpenAsync(
        Secret signedUrl,
        RangeHeaderValue? range,
        string? ifMatch,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(signedUrl);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(signedUrl.Reveal())) { Content = new ByteArrayContent([]) };
        request.Headers.Range = range;
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>Null when the connection broke, on which side ever.</summary>
    private async Task<TransferResult?> PutAsync(Secret signedUrl, HttpContent content, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.TransferTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(signedUrl.Reveal())) { Content = content };
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.IsSuccessStatusCode)
                return new TransferResult.Stored(response.Headers.ETag?.ToString());
            var body = await AnswerBody.ReadAsync(response.Content, 16 * 1024, either.Token);
            var said = ProviderBody.Read(body.Fault is null ? body.Bytes : []);
            return new TransferResult.Failed(Refused((int)response.StatusCode, request.RequestUri!.AbsolutePath, said));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TransferResult.Failed(
                new(ErrorCode.AutodeskTimeout, ErrorSource.AutodeskApi, $"The file could not be sent within {_options.TransferTimeout}.")
                {
                    NextStep = "Send it again, in smaller parts.",
                }
            );
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>The refusal of a file that has another length than its caller has announced.</summary>
    public static ServiceError OtherLength(long announced, long came) =>
        new(
            ErrorCode.InvalidInput,
            ErrorSource.Caller,
            $"The file has {came} bytes and headers.Content-Length says {announced}. It was not stored."
        )
        {
            NextStep = "Send the file again with the length that it has.",
            Faults = [new("headers.Content-Length", $"must be {came}, the length of the file; it is {announced}.")],
        };

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static bool Matches(string pattern, Uri uri)
    {
        if (pattern.StartsWith("*.", StringComparison.Ordinal))
            return uri.Host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase);
        return pattern.Contains(':', StringComparison.Ordinal)
            ? string.Equals(uri.Authority, pattern, StringComparison.OrdinalIgnoreCase)
            : string.Equals(uri.Host, pattern, StringComparison.OrdinalIgnoreCase);
    }

    private static ServiceError Refused(int status, string path, ProviderBody said) =>
        new(
            status >= 500 ? ErrorCode.AutodeskUnavailable : ErrorCode.AutodeskRejected,
            ErrorSource.AutodeskApi,
            $"The storage refuses the bytes with {status}: {said.Message}"
        )
        {
            NextStep =
                status == 403
                    ? "The signed URL has expired or was changed: get a new one and send the bytes again."
                    : "Send the bytes again.",
            Provider = new ProviderError(status, path, said.Raw),
        };

    private static ServiceError Broken(string host) =>
        new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, $"The transfer to {host} broke.")
        {
            NextStep = "Send the bytes again; they land in the same place.",
        };

    private static ServiceError Forbidden(string why) =>
        new(ErrorCode.InvalidInput, ErrorSource.Caller, $"path.signed_url {why}")
        {
            NextStep =
                "Use a URL from autodesk_get_signed_s3_upload_urls unchanged. Further hosts are allowed with TenantHub:Autodesk:AllowedStorageHosts.",
            Faults = [new("path.signed_url", why)],
        };
}
