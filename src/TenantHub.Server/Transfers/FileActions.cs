using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Server.Actions;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Transfers;

/// <summary>
/// The two actions that carry a file. The bytes are streamed from the request to Autodesk's storage and never enter a grain; the account
/// grain makes the calls around them. Multipart: a part <c>request</c> (the rpc JSON), then a part <c>content</c> (the bytes). Small files
/// may come inside the JSON as base64 in <c>body.content</c>.
/// </summary>
internal sealed class FileActions(
    ActionCatalog catalog,
    SignedUrlTransfer transfer,
    IIdempotencyStore keys,
    CallRelay relay,
    IOptions<TransferOptions> options)
{
    private const int MaxBoundary = 70; // RFC 2046.

    public bool TakesFile(string actionId) => catalog.Find(actionId) is { Kind: ActionKind.Transfer or ActionKind.Composite };

    public async Task<IResult> RunMultipartAsync(HttpRequest request, ILinkedAccountGrain account, CancellationToken cancellationToken)
    {
        if (JsonBody.RefusesEncoding(request) is { } refusal) return new HubErrorResult(refusal);
        if (request.ContentLength > options.Value.MaxRequestBytes)
            return new HubErrorResult(RequestErrors.TooLarge(options.Value.MaxRequestBytes));
        request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = options.Value.MaxRequestBytes;
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundary)
            return Unreadable($"The multipart boundary is missing, or longer than {MaxBoundary} characters.");

        try
        {
            var reader = new MultipartReader(boundary, request.Body);
            var (action, error) = await ReadRequestPartAsync(reader, cancellationToken);
            if (action is null) return new HubErrorResult(error!);
            if (!TakesFile(action.ActionId)) return Unreadable($"{action.ActionId} takes no file; send it as application/json.");
            if (await reader.ReadNextSectionAsync(cancellationToken) is not { } content || PartName(content) != "content")
                return Unreadable("After the part \"request\" there must be a part \"content\" with the file's bytes.");

            return await RunAsync(CallHeaders.Apply(request, action), account, content.Body, Length(action, content), cancellationToken);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or EndOfStreamException || exception is IOException and not BadHttpRequestException)
        {
            return Unreadable("The multipart body is broken or ended too early.");
        }
    }

    public async Task<IResult> RunInlineAsync(ActionRequest action, ILinkedAccountGrain account, CancellationToken cancellationToken)
    {
        var (bytes, rest) = InlineContent.Take(action.Body);
        if (bytes is null)
            return Unreadable(
                $"{action.ActionId} carries a file: send multipart/form-data with the parts \"request\" and \"content\", or base64 in body.content.");
        if (AnnouncedLength(action) is { } announced && announced != bytes.Length)
            return new HubErrorResult(SignedUrlTransfer.OtherLength(announced, bytes.Length));
        using var content = new MemoryStream(bytes, writable: false);
        return await RunAsync(action with { Body = rest }, account, content, bytes.Length, cancellationToken);
    }

    private async Task<IResult> RunAsync(
        ActionRequest action,
        ILinkedAccountGrain account,
        Stream content,
        long? length,
        CancellationToken cancellationToken)
    {
        if (catalog.Find(action.ActionId) is { Kind: ActionKind.Composite })
            return ActionEndpoints.Answer(await UploadAsync(action, account, content, cancellationToken));

        if (length is not { } size) return Unreadable("The length of the file is needed: headers.Content-Length in the part \"request\".");
        return await relay.RunAsync(account, WithLength(action, size), cancellationToken) switch
        {
            ActionResult.TransferAllowed { SignedUrl: var url } => await PutAsync(url, content, size, cancellationToken),
            var other => ActionEndpoints.Answer(other),
        };
    }

    /// <summary>
    /// Under an idempotency key a finished upload is answered without reading the file again. The payload is everything but the bytes,
    /// which are not compared. Two at once under one key are kept apart by the keys of their steps.
    /// </summary>
    private async Task<ActionResult> UploadAsync(
        ActionRequest action,
        ILinkedAccountGrain account,
        Stream content,
        CancellationToken cancellationToken)
    {
        var upload = new ProjectFileUpload(account, transfer);
        if (action.IdempotencyKey is not { } key) return await upload.RunAsync(action, content, cancellationToken);
        if (IdempotencyKey.Check(key) is { } invalid) return invalid;

        var (accountId, payload) = (account.GetPrimaryKeyString(), IdempotencyKey.HashOf(action));
        var record = await keys.FindAsync(accountId, key, cancellationToken);
        if (record is not null && record.PayloadHash != payload) return IdempotencyKey.Reused();
        if (record is { Answer: { } answer }) return answer with { Origin = AnswerOrigin.Replay };

        var result = await upload.RunAsync(action, content, cancellationToken);
        if (result is ActionResult.Succeeded succeeded)
        {
            await keys.BeginAsync(accountId, key, payload);
            await keys.CompleteAsync(accountId, key, succeeded);
        }

        return result;
    }

    private async Task<IResult> PutAsync(Secret url, Stream content, long size, CancellationToken cancellationToken) =>
        await transfer.PutAsync(url, content, size, "application/octet-stream", cancellationToken) switch
        {
            TransferResult.Stored { ETag: var etag } => new RpcResult(new ActionResult.Succeeded(200, JsonBytes.From(new { etag }), null)),
            TransferResult.Failed { Error: var error } => new HubErrorResult(error),
            _ => throw new InvalidOperationException("Unknown result."),
        };

    private static async Task<(ActionRequest?, HubError?)> ReadRequestPartAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        if (await reader.ReadNextSectionAsync(cancellationToken) is not { } part || PartName(part) != "request")
            return (null, RequestErrors.Unreadable("The first part must be named \"request\" and hold the rpc JSON."));
        using var json = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await part.Body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            await json.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            if (json.Length > JsonBody.MaxBytes) return (null, RequestErrors.TooLarge(JsonBody.MaxBytes));
        }

        var (request, _, error) = RpcRequest.Parse(json.ToArray());
        return (request, error);
    }

    private static string? PartName(MultipartSection section) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            ? HeaderUtilities.RemoveQuotes(disposition.Name).Value
            : null;

    private static long? Length(ActionRequest action, MultipartSection content)
    {
        if (AnnouncedLength(action) is { } announced) return announced;
        return long.TryParse(
            content.Headers?.GetValueOrDefault("Content-Length").ToString(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var length)
            ? length
            : null;
    }

    private static long? AnnouncedLength(ActionRequest action) =>
        long.TryParse(action.Headers.GetValueOrDefault("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : null;

    private static ActionRequest WithLength(ActionRequest action, long length) =>
        action with
        {
            Headers = new Dictionary<string, string>(action.Headers, StringComparer.OrdinalIgnoreCase)
            {
                ["Content-Length"] = length.ToString(CultureInfo.InvariantCulture),
            },
        };

    private static HubErrorResult Unreadable(string what) => new(RequestErrors.Unreadable(what));
}
