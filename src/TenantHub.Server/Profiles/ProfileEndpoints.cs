using System.Text.RegularExpressions;
using TenantHub.Profiles;
using TenantHub.Server.Accounts;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Profiles;

/// <summary>Connector profiles: the app and the enabled actions that many accounts share.</summary>
internal static partial class ProfileEndpoints
{
    public static RouteGroupBuilder MapProfiles(this IEndpointRouteBuilder app)
    {
        var profiles = app.MapGroup("/profiles").WithTags("Profiles");
        profiles.MapPost("/", CreateAsync).WithName("create_profile").WithSummary("Creates a connector profile; its credentials are tried first")
            .Accepts<CreateProfileBody>("application/json").Produces<ProfileDescription>(StatusCodes.Status201Created);
        profiles.MapGet("/{id}", GetAsync).WithName("get_profile").WithSummary("Describes a connector profile").Produces<ProfileDescription>();
        profiles.MapPut("/{id}/limits", SetLimitsAsync).WithName("set_profile_limits").WithSummary("Replaces a profile's limits; they hold within seconds")
            .Accepts<ProfileLimitsBody>("application/json").Produces<ProfileDescription>();
        profiles.MapPut("/{id}/isolation", SetIsolationAsync).WithName("set_profile_isolation").WithSummary("Says whether a profile's accounts share buckets; it holds within seconds")
            .Accepts<ProfileIsolationBody>("application/json").Produces<ProfileDescription>();
        return profiles;
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<CreateProfileBody>(request, cancellationToken);
        if (body is null) return new HubErrorResult(error!);
        if (body.Id is null || !ProfileId().IsMatch(body.Id))
            return new HubErrorResult(RequestErrors.BadQuery([new("id", "is required: 1 to 64 of a-z, 0-9, '-' and '_', for example \"main\".")]));

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

    private static async Task<IResult> GetAsync(string id, IGrainFactory grains) =>
        Answer(await grains.GetGrain<IConnectorProfileGrain>(id).DescribeAsync(), StatusCodes.Status200OK);

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
