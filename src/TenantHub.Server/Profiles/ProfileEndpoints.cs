using System.Security.Claims;
using System.Text.Json;
using TenantHub.Errors;
using TenantHub.Profiles;
using TenantHub.Security;
using TenantHub.Server.Accounts;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Profiles;

/// <summary>Connector profiles: the app and the enabled actions that many accounts share.</summary>
internal static class ProfileEndpoints
{
    public static RouteGroupBuilder MapProfiles(this IEndpointRouteBuilder app)
    {
        var profiles = app.MapGroup("/profiles")
            .WithTags("Profiles")
            .AddEndpointFilter(
                (context, next) => // What cannot be an id wakes no grain.
                    context.HttpContext.Request.RouteValues.TryGetValue("id", out var id) && !ProfileDescription.IsId(id as string)
                        ? new(new ErrorResult(RequestErrors.NoSuchProfile($"{id}")))
                        : next(context)
            );
        profiles
            .MapPost("/", CreateAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("profile")
            .WithName("create_profile")
            .WithSummary("Creates a connector profile; its credentials are tried first")
            .Accepts<CreateProfileBody>("application/json")
            .Produces<ProfileDescription>(StatusCodes.Status201Created);
        profiles
            .MapGet("/", ListAsync)
            .RequireAuthorization(Policies.ReadShared)
            .WithName("list_profiles")
            .WithSummary("Lists connector profiles, oldest first")
            .Takes(("page", "The page, from 1."), ("page_size", "Profiles per page: 25 by default, at most 100."))
            .Produces<IReadOnlyList<ProfileDescription>>();
        profiles
            .MapPatch("/{id}", UpdateAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("profile/{id}")
            .WithName("update_profile")
            .WithSummary("Changes name, enabled actions or limits; accounts are verified again")
            .Takes(DryRun)
            .Accepts<UpdateProfileBody>("application/json")
            .Produces<ProfileDescription>();
        profiles
            .MapPost("/{id}/preview", PreviewAsync)
            .RequireAuthorization(Policies.ReadShared)
            .NotAudited()
            .WithName("preview_profile")
            .WithSummary("Tells what a change of the enabled actions would mean; nothing is changed")
            .Accepts<UpdateProfileBody>("application/json")
            .Produces<ProfilePreview>();
        profiles
            .MapDelete("/{id}", RetireAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("profile/{id}")
            .WithName("retire_profile")
            .WithSummary("Retires a profile: no new accounts are linked with it")
            .Produces<ProfileDescription>();
        profiles
            .MapGet("/{id}", GetAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("get_profile")
            .WithSummary("Describes a connector profile")
            .Produces<ProfileDescription>();
        profiles
            .MapPost("/{id}/credentials", RotateAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("profile/{id}")
            .WithName("rotate_profile_credentials")
            .WithSummary("Changes the client secret; the new one is tried first, then both are held for a while")
            .Accepts<CredentialsBody>("application/json")
            .Produces<ProfileDescription>();
        profiles
            .MapPut("/{id}/limits", SetLimitsAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("profile/{id}")
            .WithName("set_profile_limits")
            .WithSummary("Replaces a profile's limits; they hold within seconds")
            .Accepts<ProfileLimitsBody>("application/json")
            .Produces<ProfileDescription>();
        profiles
            .MapPut("/{id}/isolation", SetIsolationAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("profile/{id}")
            .WithName("set_profile_isolation")
            .WithSummary("Says whether a profile's accounts share buckets; it holds within seconds")
            .Accepts<ProfileIsolationBody>("application/json")
            .Produces<ProfileDescription>();
        return profiles;
    }

    private static readonly DescribedParameter[] DryRun = [("dry_run", "true: tells what the change would mean, and changes nothing.")];

    private static async Task<IResult> CreateAsync(HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<CreateProfileBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        if (!ProfileDescription.IsId(body.Id))
            return new ErrorResult(
                RequestErrors.BadQuery([new("id", "is required: 1 to 64 of a-z, 0-9, '-' and '_', for example \"main\".")])
            );

        request.HttpContext.NameAuditTarget($"profile/{body.Id}");
        return Answer(
            await grains
                .GetGrain<IConnectorProfileGrain>(body.Id)
                .CreateAsync(
                    new CreateProfileRequest
                    {
                        Name = body.Name ?? "",
                        ClientId = body.Credentials?.ClientId,
                        ClientSecret = body.Credentials?.ClientSecret,
                        EnabledActions = body.EnabledActions,
                        Limits = body.Limits?.ToLimits(),
                        SharedBuckets = body.SharedBuckets,
                        OwnershipProof = body.OwnershipProof,
                        Approval = body.Approval,
                    },
                    cancellationToken
                ),
            StatusCodes.Status201Created
        );
    }

    private static async Task<IResult> SetLimitsAsync(
        string id,
        HttpRequest request,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<ProfileLimitsBody>(request, cancellationToken);
        return body is null
            ? new ErrorResult(error!)
            : Answer(
                await grains.GetGrain<IConnectorProfileGrain>(id).SetLimitsAsync(body.ToLimits(), cancellationToken),
                StatusCodes.Status200OK
            );
    }

    private static async Task<IResult> SetIsolationAsync(
        string id,
        HttpRequest request,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<ProfileIsolationBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        var profile = grains.GetGrain<IConnectorProfileGrain>(id);
        if (body is { SharedBuckets: null, OwnershipProof: null })
            return new ErrorResult(RequestErrors.Unreadable("The body needs shared_buckets, ownership_proof, or both."));
        ProfileResult? result = null;
        if (body.OwnershipProof is { } proof)
            result = await profile.DemandProofAsync(proof, cancellationToken);
        if (result is not ProfileResult.Failed && body.SharedBuckets is { } shared)
            result = await profile.ShareBucketsAsync(shared, cancellationToken);
        return Answer(result!, StatusCodes.Status200OK);
    }

    private static async Task<IResult> RotateAsync(
        string id,
        HttpRequest request,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<CredentialsBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        return body.ClientSecret is { } secret
            ? Answer(
                await grains.GetGrain<IConnectorProfileGrain>(id).RotateCredentialsAsync(body.ClientId, secret, cancellationToken),
                StatusCodes.Status200OK
            )
            : new ErrorResult(RequestErrors.NoNewSecret());
    }

    private static async Task<IResult> GetAsync(string id, ClaimsPrincipal user, IGrainFactory grains) =>
        !Caller.Of(user).MaySeeProfile(id)
            ? new ErrorResult(RequestErrors.NoSuchProfile(id))
            : Answer(await grains.GetGrain<IConnectorProfileGrain>(id).DescribeAsync(), StatusCodes.Status200OK);

    private static async Task<IResult> ListAsync(HttpRequest request, IProfileDirectory directory, CancellationToken cancellationToken)
    {
        var read = new QueryReader(request.Query, QueryReader.Pages);
        var (page, pageSize) = (read.Number("page", 1, 1_000_000), read.Number("page_size", 25, 100));
        return read.Error is { } error
            ? new ErrorResult(error)
            : Results.Json(await directory.ListAsync(page, pageSize, cancellationToken), JsonBody.Options);
    }

    private static async Task<IResult> UpdateAsync(
        string id,
        HttpRequest request,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var query = new QueryReader(request.Query, DryRun);
        var isDryRun = query.Word("dry_run", false, ("true", true), ("false", false));
        if (query.Error is { } misread)
            return new ErrorResult(misread); // What was meant as a try must not become a change.
        if (isDryRun)
            return await PreviewAsync(id, request, grains, cancellationToken);
        var (change, error) = await ReadChangeAsync(request, cancellationToken);
        return change is null
            ? new ErrorResult(error!)
            : Answer(await grains.GetGrain<IConnectorProfileGrain>(id).UpdateAsync(change, cancellationToken), StatusCodes.Status200OK);
    }

    private static async Task<IResult> PreviewAsync(
        string id,
        HttpRequest request,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var (change, error) = await ReadChangeAsync(request, cancellationToken);
        if (change is null)
            return new ErrorResult(error!);
        var result = await grains.GetGrain<IConnectorProfileGrain>(id).PreviewAsync(change, cancellationToken);
        return result.Error is { } refusal ? new ErrorResult(refusal) : Results.Json(result.Preview, JsonBody.Options);
    }

    private static async Task<IResult> RetireAsync(string id, IGrainFactory grains, CancellationToken cancellationToken) =>
        Answer(await grains.GetGrain<IConnectorProfileGrain>(id).RetireAsync(cancellationToken), StatusCodes.Status200OK);

    private static async Task<(UpdateProfileRequest? Change, ServiceError? Error)> ReadChangeAsync(
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<UpdateProfileBody>(request, cancellationToken);
        if (body is null)
            return (null, error);
        return
            body.EnabledActions is { ValueKind: not (JsonValueKind.Array or JsonValueKind.Null) } actions
            && !(actions.ValueKind is JsonValueKind.String && actions.GetString() == "all")
            ? (null, RequestErrors.BadQuery([new("enabled_actions", "must be a list of action ids, or \"all\".")]))
            : (body.ToRequest(), null);
    }

    private static IResult Answer(ProfileResult result, int status) =>
        result switch
        {
            ProfileResult.Described { Profile: var profile } => Results.Json(profile, JsonBody.Options, statusCode: status),
            ProfileResult.Failed { Error: var failure } => new ErrorResult(failure),
            _ => throw new InvalidOperationException("Unknown result."),
        };
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

    public OwnershipProof OwnershipProof { get; init; }

    /// <summary>Gets what a person has to approve: <c>none</c>, the default, <c>destructive</c> or <c>writes</c>.</summary>
    public ApprovalDemand Approval { get; init; }
}

/// <summary>The body of PUT /profiles/{id}/isolation.</summary>
internal sealed record ProfileIsolationBody
{
    /// <summary>Gets whether the profile's accounts use each other's buckets.</summary>
    public bool? SharedBuckets { get; init; }

    /// <summary>Gets what shows that a customer controls the Autodesk account that it links: <c>first_link</c> or <c>code</c>.</summary>
    public OwnershipProof? OwnershipProof { get; init; }
}

/// <summary>The body of PATCH /profiles/{id} and POST /profiles/{id}/preview. What is left out stays as it is.</summary>
internal sealed record UpdateProfileBody
{
    public string? Name { get; init; }

    /// <summary>Gets the enabled actions: a list of ids, or <c>"all"</c>.</summary>
    public JsonElement? EnabledActions { get; init; }

    public ProfileLimitsBody? Limits { get; init; }

    /// <summary>Gets what a person has to approve: <c>none</c>, <c>destructive</c> or <c>writes</c>.</summary>
    public ApprovalDemand? Approval { get; init; }

    public UpdateProfileRequest ToRequest() =>
        new()
        {
            Name = Name,
            EnabledActions = EnabledActions is { ValueKind: JsonValueKind.Array } actions
                ? [.. actions.EnumerateArray().Select(action => action.ToString())]
                : null,
            EnableAllActions = EnabledActions is { ValueKind: JsonValueKind.String },
            Limits = Limits?.ToLimits(),
            Approval = Approval,
        };
}

/// <summary>A profile's limits. What is left out has TenantHub's default.</summary>
internal sealed record ProfileLimitsBody
{
    public int? RequestsPerMinute { get; init; }

    public int? ParallelReads { get; init; }

    public IReadOnlyDictionary<string, int>? QuotaGroups { get; init; }

    public ProfileLimits ToLimits() =>
        new()
        {
            RequestsPerMinute = RequestsPerMinute,
            ParallelReads = ParallelReads,
            QuotaGroups = QuotaGroups ?? new Dictionary<string, int>(),
        };
}
