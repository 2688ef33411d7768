using System.Security.Claims;
using System.Text.RegularExpressions;
using TenantHub.Profiles;
using TenantHub.Server.Accounts;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Profiles;

/// <summary>Connector profiles: the app and the enabled actions that many accounts share.</summary>
internal static partial class ProfileEndpoints
{
    public static RouteGroupBuilder MapProfiles(this IEndpointRouteBuilder app)
    {
        var profiles = app.MapGroup("/profiles").WithTags("Profiles");
        profiles.MapPost("/", CreateAsync).RequireAuthorization(Policies.OperateShared).Audited("profile").WithName("create_profile").WithSummary("Creates a connector profile; its credentials are tried first")
            .Accepts<CreateProfileBody>("application/json").Produces<ProfileDescription>(StatusCodes.Status201Created);
        profiles.MapGet("/{id}", GetAsync).RequireAuthorization(Policies.Read).WithName("get_profile").WithSummary("Describes a connector profile").Produces<ProfileDescription>();
        profiles.MapPost("/{id}/credentials", RotateAsync).RequireAuthorization(Policies.OperateShared).Audited("profile/{id}").WithName("rotate_profile_credentials").WithSummary("Changes the client secret; the new one is tried first, then both are held for a while")
            .Accepts<CredentialsBody>("application/json").Produces<ProfileDescription>();
        profiles.MapPut("/{id}/limits", SetLimitsAsync).RequireAuthorization(Policies.OperateShared).Audited("profile/{id}").WithName("set_profile_limits").WithSummary("Replaces a profile's limits; they hold within seconds")
            .Accepts<ProfileLimitsBody>("application/json").Produces<ProfileDescription>();
        profiles.MapPut("/{id}/isolation", SetIsolationAsync).RequireAuthorization(Policies.OperateShared).Audited("profile/{id}").WithName("set_profile_isolation").WithSummary("Says whether a profile's accounts share buckets; it holds within seconds")
            .Accepts<ProfileIsolationBody>("application/json").Produces<ProfileDescription>();
        return profiles;
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<CreateProfileBody>(request, cancellationToken);
        if (body is null) return new HubErrorResult(error!);
        if (body.Id is null || !ProfileId().IsMatch(body.Id))
            return new HubErrorResult(RequestErrors.BadQuery([new("id", "is required: 1 to 64 of a-z, 0-9, '-' and '_', for example \"main\".")]));

        request.HttpContext.NameAuditTarget($"profile/{body.Id}");
        return Answer(await grains.GetGrain<IConnectorProfileGrain>(body.Id).CreateAsync(new CreateProfileRequest
        {
            Name = body.Name ?? "",
            ClientId = body.Credentials?.ClientId,
            ClientSecret = body.Credentials?.ClientSecret,
            EnabledActions = body.EnabledActions,
            Limits = body.Limits?.ToLimits(),
            SharedBuckets = body.SharedBuckets,
        }, cancellationToken), StatusCodes.Status201Created);
    }

    private static async Task<IResult> SetLimitsAsync(string id, HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<ProfileLimitsBody>(request, cancellationToken);
        return body is null ? new HubErrorResult(error!)
            : Answer(await grains.GetGrain<IConnectorProfileGrain>(id).SetLimitsAsync(body.ToLimits(), cancellationToken), StatusCodes.Status200OK);
    }

    private static async Task<IResult> SetIsolationAsync(string id, HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<ProfileIsolationBody>(request, cancellationToken);
        return body is null ? new HubErrorResult(error!)
            : Answer(await grains.GetGrain<IConnectorProfileGrain>(id).ShareBucketsAsync(body.SharedBuckets, cancellationToken), StatusCodes.Status200OK);
    }

    private static async Task<IResult> RotateAsync(string id, HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<CredentialsBody>(request, cancellationToken);
        if (body is null) return new HubErrorResult(error!);
        return body.ClientSecret is { } secret
            ? Answer(await grains.GetGrain<IConnectorProfileGrain>(id).RotateCredentialsAsync(body.ClientId, secret, cancellationToken), StatusCodes.Status200OK)
            : new HubErrorResult(RequestErrors.NoNewSecret());
    }

    private static async Task<IResult> GetAsync(string id, ClaimsPrincipal user, IGrainFactory grains) => !Caller.Of(user).MaySeeProfile(id)
        ? new HubErrorResult(RequestErrors.NoSuchProfile(id))
        : Answer(await grains.GetGrain<IConnectorProfileGrain>(id).DescribeAsync(), StatusCodes.Status200OK);

    private static IResult Answer(ProfileResult result, int status) => result switch
    {
        ProfileResult.Described { Profile: var profile } => Results.Json(profile, JsonBody.Options, statusCode: status),
        ProfileResult.Failed { Error: var failure } => new HubErrorResult(failure),
        _ => throw new InvalidOperationException("Unknown result."),
    };

    [GeneratedRegex("^[a-z0-9_-]{1,64}$")]
    private static partial Regex ProfileId();
}

/// <summary>The body of POST /profiles.</summary>
internal sealed record CreateProfileBody
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public CredentialsBody? Credentials { get; init; }

    public IReadOnlyList<string>? EnabledActions { get; init; }

    public ProfileLimitsBody? Limits { get; init; }

    public bool SharedBuckets { get; init; }
}

/// <summary>The body of PUT /profiles/{id}/isolation.</summary>
internal sealed record ProfileIsolationBody
{
    /// <summary>Gets whether the profile's accounts use each other's buckets.</summary>
    public required bool SharedBuckets { get; init; }
}

/// <summary>A profile's limits. What is left out has the hub's default.</summary>
internal sealed record ProfileLimitsBody
{
    public int? RequestsPerMinute { get; init; }

    public int? ParallelReads { get; init; }

    public IReadOnlyDictionary<string, int>? QuotaGroups { get; init; }

    public ProfileLimits ToLimits() => new()
    {
        RequestsPerMinute = RequestsPerMinute, ParallelReads = ParallelReads, QuotaGroups = QuotaGroups ?? new Dictionary<string, int>(),
    };
}
