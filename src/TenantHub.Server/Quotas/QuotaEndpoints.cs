using TenantHub.Quotas;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Quotas;

/// <summary>Autodesk's limits and their use, by client id.</summary>
internal static class QuotaEndpoints
{
    public static RouteGroupBuilder MapQuotas(this IEndpointRouteBuilder app)
    {
        var quotas = app.MapGroup("/quotas").WithTags("Quotas");
        quotas
            .MapGet("/", ListAsync)
            .RequireAuthorization(Policies.ReadShared)
            .WithName("list_quotas")
            .WithSummary("Lists the limits that were used lately, with their use, pauses and who waits")
            .Takes(QueryReader.Pages)
            .Produces<IReadOnlyList<QuotaResponse>>();
        quotas
            .MapGet("/{clientId}", GetAsync)
            .RequireAuthorization(Policies.ReadShared)
            .WithName("get_quotas")
            .WithSummary("Describes every limit of one client id")
            .Produces<IReadOnlyList<QuotaResponse>>();
        quotas
            .MapPut("/{clientId}/{quotaGroup}", SetAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("quota/{clientId}/{quotaGroup}")
            .WithName("set_quota")
            .WithSummary("Changes a limit; it holds at once")
            .Accepts<SetQuotaBody>("application/json")
            .Produces<QuotaResponse>();
        quotas
            .MapPost("/{clientId}/{quotaGroup}/resume", ResumeAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("quota/{clientId}/{quotaGroup}")
            .WithName("resume_quota")
            .WithSummary("Lifts the pause after a 429, and the lower limit that it has taught; one request is sent alone first")
            .Produces<QuotaResponse>();
        return quotas;
    }

    /// <summary>A limit that nobody has used for a while is not in memory, and has nothing to tell but its number.</summary>
    private static async Task<IResult> ListAsync(HttpRequest request, IGrainFactory grains)
    {
        var read = new QueryReader(request.Query, QueryReader.Pages);
        var (page, pageSize) = (read.Number("page", 1, 10_000), read.Number("page_size", 100, 100));
        if (read.Error is { } error)
            return new ErrorResult(error);
        return Results.Json((await ActiveAsync(grains, page, pageSize)).Select(QuotaResponse.From), JsonBody.Options);
    }

    /// <summary>Describes the limits that are in memory, in the order of their keys: all, or those of client ids that hold a
    /// text.</summary>
    public static async Task<QuotaDescription[]> ActiveAsync(IGrainFactory grains, int page, int pageSize, string clientId = "")
    {
        var type = grains.GetGrain<IQuotaGrain>(QuotaKey.Of("any", "dm-hubs")).GetGrainId().Type;
        var active = await grains.GetGrain<IManagementGrain>(0).GetActiveGrains(type);
        var keys = active
            .Select(id => id.Key.ToString()!)
            .Where(key => QuotaKey.Split(key).ClientId.Contains(clientId, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Skip((page - 1) * pageSize)
            .Take(pageSize);
        return await Task.WhenAll(keys.Select(key => grains.GetGrain<IQuotaGrain>(key).DescribeAsync()));
    }

    private static async Task<IResult> GetAsync(string clientId, QuotaAccess access, CancellationToken cancellationToken)
    {
        var (limits, error) = await access.DescribeAsync(clientId, cancellationToken);
        return limits is null ? new ErrorResult(error!) : Results.Json(limits.Select(QuotaResponse.From), JsonBody.Options);
    }

    private static async Task<IResult> SetAsync(
        string clientId,
        string quotaGroup,
        HttpRequest request,
        QuotaAccess access,
        CancellationToken cancellationToken
    )
    {
        var (quota, unknown) = await access.FindAsync(clientId, quotaGroup, cancellationToken);
        if (quota is null)
            return new ErrorResult(unknown!);
        var (body, error) = await JsonBody.ReadAsync<SetQuotaBody>(request, cancellationToken);
        return body is null ? new ErrorResult(error!) : Answer(await quota.SetLimitAsync(body.RequestsPerMinute));
    }

    private static async Task<IResult> ResumeAsync(
        string clientId,
        string quotaGroup,
        QuotaAccess access,
        CancellationToken cancellationToken
    )
    {
        var (quota, unknown) = await access.FindAsync(clientId, quotaGroup, cancellationToken);
        return quota is null ? new ErrorResult(unknown!) : Answer(await quota.LiftPauseAsync());
    }

    private static IResult Answer(QuotaResult result) =>
        result.Quota is { } quota ? Results.Json(QuotaResponse.From(quota), JsonBody.Options) : new ErrorResult(result.Error!);
}

/// <summary>The body of PUT /quotas/{client_id}/{quota_group}.</summary>
internal sealed record SetQuotaBody
{
    /// <summary>Gets the limit; null gives Autodesk's published one back.</summary>
    public required int? RequestsPerMinute { get; init; }
}

/// <summary>One limit and its use.</summary>
internal sealed record QuotaResponse
{
    public required string ClientId { get; init; }

    public required string QuotaGroup { get; init; }

    public required int Limit { get; init; }

    public required string LimitSource { get; init; }

    public int? LearnedLimit { get; init; }

    public required double WindowSeconds { get; init; }

    public required int Used { get; init; }

    public required int Running { get; init; }

    public DateTimeOffset? PausedUntil { get; init; }

    public DateTimeOffset? AskedUntil { get; init; }

    public required long RateLimited { get; init; }

    public required IReadOnlyList<QuotaWaiting> Waiting { get; init; }

    public static QuotaResponse From(QuotaDescription quota) =>
        new()
        {
            ClientId = quota.ClientId,
            QuotaGroup = quota.QuotaGroup,
            Limit = quota.Limit,
            LimitSource = quota.LimitSource,
            LearnedLimit = quota.LearnedLimit,
            WindowSeconds = quota.Window.TotalSeconds,
            Used = quota.Used,
            Running = quota.Running,
            PausedUntil = quota.PausedUntil,
            AskedUntil = quota.AskedUntil,
            RateLimited = quota.RateLimited,
            Waiting = quota.Waiting,
        };
}
