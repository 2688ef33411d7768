using System.Security.Claims;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Security;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Keys;

/// <summary>API keys. The text of a key is in the answer that makes it, and nowhere else ever again.</summary>
internal static class KeyEndpoints
{
    public static RouteGroupBuilder MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/keys").WithTags("Keys").RequireAuthorization(Policies.Administer);
        keys.MapPost("/", CreateAsync)
            .Audited("key")
            .WithName("create_key")
            .WithSummary("Makes an API key; its text is shown only here")
            .Accepts<CreateKeyBody>("application/json")
            .Produces<NewKeyResponse>(StatusCodes.Status201Created);
        keys.MapGet("/", ListAsync)
            .WithName("list_keys")
            .WithSummary("Lists API keys, oldest first")
            .Takes(QueryReader.Pages)
            .Produces<IReadOnlyList<KeyResponse>>();
        keys.MapGet("/{id}", GetAsync).WithName("get_key").WithSummary("Describes an API key").Produces<KeyResponse>();
        keys.MapPost("/{id}/revoke", RevokeAsync)
            .Audited("key/{id}")
            .WithName("revoke_key")
            .WithSummary("Ends an API key for good; it takes effect within seconds")
            .Produces<KeyResponse>();
        return keys;
    }

    private static async Task<IResult> CreateAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        IApiKeyStore store,
        ActionCatalog catalog,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<CreateKeyBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        var (made, invalid) = await MakeAsync(body, Caller.Of(user), store, catalog, clock);
        if (made is null)
            return new ErrorResult(invalid!);
        request.HttpContext.NameAuditTarget($"key/{made.Description.Id}");
        return Results.Json(made, JsonBody.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Makes a key; its text is in what is given back, and nowhere else.</summary>
    public static async Task<(NewKeyResponse? Made, ServiceError? Error)> MakeAsync(
        CreateKeyBody body,
        Caller maker,
        IApiKeyStore store,
        ActionCatalog catalog,
        TimeProvider clock
    )
    {
        var now = clock.GetUtcNow();
        if (body.Check(now, catalog) is { } invalid)
            return (null, invalid);
        var text = ApiKeyText.New();
        var key = new ApiKey
        {
            Id = "key_" + Guid.CreateVersion7(now).ToString("N"),
            Name = body.Name!,
            Role = body.Role!.Value,
            OriginOwnerIds = body.OriginOwnerIds ?? [],
            ProfileIds = body.ProfileIds ?? [],
            CreatedAt = now,
            CreatedBy = maker.Id,
            ExpiresAt = body.ExpiresAt,
            Rights = body.Rights(),
        };
        await store.AddAsync(key, ApiKeyText.Hash(text));
        return (new(text, KeyResponse.From(key)), null);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, IApiKeyStore store, CancellationToken cancellationToken)
    {
        var read = new QueryReader(request.Query, QueryReader.Pages);
        var (page, pageSize) = (read.Number("page", 1, 10_000), read.Number("page_size", 100, 100));
        return read.Error is { } error
            ? new ErrorResult(error)
            : Results.Json((await store.ListAsync(page, pageSize, cancellationToken)).Select(KeyResponse.From), JsonBody.Options);
    }

    private static async Task<IResult> GetAsync(string id, IApiKeyStore store, CancellationToken cancellationToken) =>
        Answer(id, await store.FindAsync(id, cancellationToken));

    private static async Task<IResult> RevokeAsync(string id, KeyRevocation revocation) => Answer(id, await revocation.RevokeAsync(id));

    private static IResult Answer(string id, ApiKey? key) =>
        key is null ? new ErrorResult(RequestErrors.NoSuchKey(id)) : Results.Json(KeyResponse.From(key), JsonBody.Options);
}
