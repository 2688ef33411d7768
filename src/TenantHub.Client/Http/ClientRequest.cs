using System.Net.Http.Headers;

namespace TenantHub.Client.Http;

/// <summary>One request as it may be sent any number of times: each time anew, because a message can be sent only once.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query, below the address.</param>
internal sealed record ClientRequest(HttpMethod Method, string Path)
{
    /// <summary>Gets what the request is called in spans.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the JSON body; null when there is none.</summary>
    public byte[]? Json { get; init; }

    /// <summary>Gets the file that goes beside the JSON; null when there is none.</summary>
    public Stream? File { get; init; }

    /// <summary>Gets where the file's bytes begin in the whole file, and the size of the whole, when they are the body by themselves;
    /// null when the file goes beside JSON.</summary>
    public (long From, long Size)? Rest { get; init; }

    /// <summary>Gets who is told how much of the file has gone; null for nobody.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>Gets the first byte that is wanted of an answer's file, and of which content; null for the whole.</summary>
    public (long Byte, string? ETag)? From { get; init; }

    /// <summary>Gets whether the answer's body is read while it comes.</summary>
    public bool IsStreamed { get; init; }

    public string? AccountId
    {
        get;
        init => field = HeaderText.Check(value, nameof(AccountId));
    }

    /// <summary>Gets the action; null where none is run.</summary>
    public string? Action { get; init; }

    /// <summary>Gets the key under which a write is carried out once.</summary>
    public string? IdempotencyKey
    {
        get;
        init => field = HeaderText.Check(value, nameof(IdempotencyKey));
    }

    public bool IsBulk { get; init; }

    /// <summary>Gets how long the call may wait, repeats included; null for the client's default.</summary>
    public TimeSpan? MaxWait { get; init; }

    /// <summary>Gets whether the request changes nothing.</summary>
    public bool IsRead { get; init; }

    /// <summary>Gets what to do when nobody knows whether the request was carried out; empty when it changes nothing.</summary>
    public string WhenUncertain =>
        this switch
        {
            { IsRead: true } => "",
            { IdempotencyKey: not null } =>
                " It may have been carried out. Send it again with the same idempotency key: it is never carried out twice.",
            _ => " It may have been carried out. Look before you send it again.",
        };

    /// <summary>Gets whether a repeat has no second effect. A file that cannot be read again cannot be sent again.</summary>
    public bool MayBeRepeated => (IsRead || IdempotencyKey is not null) && File is null or { CanSeek: true };

    public HttpRequestMessage ToMessage(Uri address, string apiKey, TimeSpan remaining, long filePosition)
    {
        var message = new HttpRequestMessage(Method, new Uri(address.AbsoluteUri.TrimEnd('/') + Path));
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        message.Headers.UserAgent.Add(
            new ProductInfoHeaderValue("TenantHub.Client", typeof(ClientRequest).Assembly.GetName().Version?.ToString(3))
        );
        if (AccountId is not null)
            message.Headers.TryAddWithoutValidation("x-account-id", AccountId);
        if (IdempotencyKey is not null)
            message.Headers.TryAddWithoutValidation("Idempotency-Key", IdempotencyKey);
        if (IsBulk)
            message.Headers.TryAddWithoutValidation("Priority", "u=5");
        if (Action is not null)
            message.Headers.TryAddWithoutValidation("Prefer", $"wait={(long)Math.Max(0, Math.Floor(remaining.TotalSeconds))}");
        if (From is { } from)
        {
            message.Headers.Range = new RangeHeaderValue(from.Byte, null);
            if (from.ETag is { Length: > 0 } etag)
                message.Headers.TryAddWithoutValidation("If-Range", etag);
        }

        message.Content = Content(filePosition);
        return message;
    }

    private HttpContent Content(long filePosition)
    {
        if (Rest is { } rest)
            return Bytes(rest.From, rest.Size, filePosition);

        // HttpClient sends a request without a content again by itself when a connection breaks; one with an empty content it does not.
        if (Json is null)
            return new ByteArrayContent([]);
        var json = new ByteArrayContent(Json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return File is null
            ? json
            : new MultipartFormDataContent { { json, "request" }, { new FileContent(File, filePosition, 0, null), "content", "content" } };
    }

    private FileContent Bytes(long from, long size, long filePosition)
    {
        var bytes = new FileContent(File!, filePosition, from, Progress) { Headers = { ContentType = new("application/octet-stream") } };
        if (from > 0)
            bytes.Headers.ContentRange = new ContentRangeHeaderValue(from, size - 1, size);
        return bytes;
    }
}
