using System.Globalization;
using TenantHub.Errors;
using TenantHub.Events;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Events;

/// <summary>What accounts are subscribed to at Autodesk, and the feed of what it told.</summary>
internal static class SubscriptionEndpoints
{
    private static readonly DescribedParameter[] Account =
    [
        new("account_id", "The linked account.", Microsoft.OpenApi.ParameterLocation.Query, IsRequired: true),
    ];

    private static readonly DescribedParameter[] FeedParameters =
    [
        .. Account,
        ("after", "The cursor: next of the page before. Left out, the feed begins with the oldest event that is kept."),
        ("limit", "How many: 100 by default, at most 1000."),
    ];

    public static void MapSubscriptions(this IEndpointRouteBuilder app)
    {
        AutodeskReceiver.Map(app);
        var subscriptions = app.MapGroup("/subscriptions").WithTags("Events");
        subscriptions
            .MapPost("/", CreateAsync)
            .RequireAuthorization(Policies.Link)
            .Audited("subscription")
            .WithName("create_subscription")
            .WithSummary("Has Autodesk tell what changes in a folder, a project or the whole account; asked for again it is the same one")
            .Accepts<CreateSubscriptionBody>("application/json")
            .Produces<SubscriptionDescription>(StatusCodes.Status201Created);
        subscriptions
            .MapGet("/", ListAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("list_subscriptions")
            .WithSummary("Lists an account's subscriptions with the state of each")
            .Takes(Account)
            .Produces<IReadOnlyList<SubscriptionDescription>>();
        subscriptions
            .MapGet(
                "/reachability",
                async (HttpRequest request, ReachabilityCheck check, CancellationToken cancellationToken) =>
                    QueryReader.FaultWithoutFilters(request) is { } fault
                        ? new ErrorResult(fault)
                        : Results.Json(await check.RunAsync(cancellationToken), JsonBody.Options)
            )
            .RequireAuthorization(Policies.OperateShared)
            .WithName("check_event_address")
            .WithSummary("Calls the address that Autodesk is given, as Autodesk would")
            .Produces<ReachabilityResponse>();
        subscriptions
            .MapDelete("/{id}", RemoveAsync)
            .RequireAuthorization(Policies.Link)
            .Audited("subscription/{id}")
            .WithName("remove_subscription")
            .WithSummary("Ends a subscription and removes its hooks at Autodesk")
            .Takes(Account)
            .Produces<SubscriptionDescription>();
        subscriptions
            .MapPost("/{id}/secrets", RotateSecretsAsync)
            .RequireAuthorization(Policies.Link)
            .Audited("subscription/{id}")
            .WithName("rotate_subscription_secrets")
            .WithSummary("Gives each hook of a subscription a new secret; signatures with the old one are taken for three days more")
            .Takes(Account)
            .Produces<SubscriptionDescription>();
        app.MapPost("/events/resend", ResendAsync)
            .RequireAuthorization(Policies.Operate)
            .Audited("events")
            .WithTags("Events")
            .WithName("resend_autodesk_events")
            .WithSummary("Sends an account's events of Autodesk's to the event endpoints once more, under the ids that they had")
            .Accepts<ResendBody>("application/json")
            .Produces<ResendResponse>();
        app.MapGet("/events", ReadFeedAsync)
            .RequireAuthorization(Policies.Read)
            .WithTags("Events")
            .WithName("list_autodesk_events")
            .WithSummary("Reads what Autodesk told of an account, in order, after a cursor that never skips")
            .Takes(FeedParameters)
            .Produces<AutodeskFeedResponse>();
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<CreateSubscriptionBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        var caller = Caller.Of(request.HttpContext.User);
        var (account, unknown) = await grains.FindAccountAsync(request.HttpContext.User, body.AccountId ?? "");
        if (account is null)
            return new ErrorResult(unknown!);
        request.HttpContext.NameAuditTarget($"account/{body.AccountId}/subscription");
        var result = await grains
            .GetGrain<ISubscriptionsGrain>(body.AccountId!)
            .CreateAsync(
                new()
                {
                    Events = body.Events ?? [],
                    Scope = body.Scope,
                    ProjectId = body.ProjectId,
                    FolderId = body.FolderId,
                    Filter = body.Filter,
                    CallerId = caller.Id,
                }
            );
        if (result.Subscription is { } made)
            request.HttpContext.NameAuditTarget($"account/{body.AccountId}/subscription/{made.Id}");
        return Answer(result, StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, IGrainFactory grains)
    {
        var (account, error) = await FindAsync(new QueryReader(request.Query, Account), request, grains);
        return account is null
            ? new ErrorResult(error!)
            : Results.Json(await grains.GetGrain<ISubscriptionsGrain>(account).ListAsync(), JsonBody.Options);
    }

    private static Task<IResult> RemoveAsync(string id, HttpRequest request, IGrainFactory grains) =>
        ChangeAsync(id, request, grains, subscriptions => subscriptions.RemoveAsync(id));

    private static Task<IResult> RotateSecretsAsync(string id, HttpRequest request, IGrainFactory grains) =>
        ChangeAsync(id, request, grains, subscriptions => subscriptions.RotateSecretsAsync(id));

    private static async Task<IResult> ChangeAsync(
        string id,
        HttpRequest request,
        IGrainFactory grains,
        Func<ISubscriptionsGrain, Task<SubscriptionResult>> change
    )
    {
        var (account, error) = await FindAsync(new QueryReader(request.Query, Account), request, grains);
        if (account is null)
            return new ErrorResult(error!);
        request.HttpContext.NameAuditTarget($"account/{account}/subscription/{InputFault.Shorten(id)}");
        return Answer(await change(grains.GetGrain<ISubscriptionsGrain>(account)));
    }

    private static async Task<IResult> ResendAsync(HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<ResendBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        var (account, unknown) = await grains.FindAccountAsync(request.HttpContext.User, body.AccountId ?? "");
        if (account is null)
            return new ErrorResult(unknown!);
        request.HttpContext.NameAuditTarget($"account/{body.AccountId}/events/{body.From}-{body.To ?? body.From}");
        var result = await grains
            .GetGrain<IAutodeskEventsGrain>(body.AccountId!)
            .ResendAsync(body.From, body.To ?? body.From, body.EndpointId);
        return result.Error is { } refused
            ? new ErrorResult(refused)
            : Results.Json(new ResendResponse(result.Events, result.Endpoints), JsonBody.Options);
    }

    /// <summary>A cursor before the events that are kept, or beyond the end, would skip some: it is refused.</summary>
    private static async Task<IResult> ReadFeedAsync(
        HttpRequest request,
        IGrainFactory grains,
        IAutodeskEventStore store,
        CancellationToken cancellationToken
    )
    {
        var read = new QueryReader(request.Query, FeedParameters);
        var limit = read.Number("limit", 100, 1000);
        var after = 0L;
        if (read.Text("after") is { } cursor && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            read.Refuse("after", "must be the next of an earlier page.");
        var (account, error) = await FindAsync(read, request, grains);
        if (account is null)
            return new ErrorResult(error!);
        var feed = await store.DescribeAsync(account, cancellationToken);
        if (after > feed.Last || (after > 0 && after < feed.First - 1))
            return new ErrorResult(CursorGone(after > feed.Last));
        var events = await store.ListAsync(account, after, limit, cancellationToken);
        var next = events.Count > 0 ? events[^1].Sequence : Math.Max(after, feed.First - 1);
        return Results.Json(
            new AutodeskFeedResponse(
                [.. events.Select(told => AutodeskEventBody.Of(account, told).Body)],
                next.ToString(CultureInfo.InvariantCulture),
                events.Count == limit
            ),
            JsonBody.Options
        );
    }

    private static async Task<(string? Account, ServiceError? Error)> FindAsync(QueryReader read, HttpRequest request, IGrainFactory grains)
    {
        var id = read.Text("account_id");
        if (id is null)
            read.Refuse("account_id", "is needed.");
        if (read.Error is { } fault)
            return (null, fault);
        var (account, unknown) = await grains.FindAccountAsync(request.HttpContext.User, id!);
        return account is null ? (null, unknown) : (id, null);
    }

    private static ServiceError CursorGone(bool isBeyondTheEnd) =>
        new(
            ErrorCode.CursorExpired,
            ErrorSource.Caller,
            isBeyondTheEnd
                ? "The cursor is beyond the end of the feed: the database has lost its last writes, or it is another account's cursor."
                : "Events after this cursor are not kept any more."
        )
        {
            NextStep = "Begin without after, and know events by their id.",
        };

    private static IResult Answer(SubscriptionResult result, int status = StatusCodes.Status200OK) =>
        result.Subscription is { } subscription
            ? Results.Json(subscription, JsonBody.Options, statusCode: status)
            : new ErrorResult(result.Error!);
}

/// <summary>The body of POST /subscriptions.</summary>
internal sealed record CreateSubscriptionBody
{
    public string? AccountId { get; init; }

    public IReadOnlyList<string>? Events { get; init; }

    public SubscriptionScope Scope { get; init; }

    public string? ProjectId { get; init; }

    public string? FolderId { get; init; }

    public string? Filter { get; init; }
}

/// <summary>The body of POST /events/resend: one event, or all from one to another.</summary>
internal sealed record ResendBody
{
    public string? AccountId { get; init; }

    public long From { get; init; }

    public long? To { get; init; }

    public string? EndpointId { get; init; }
}

/// <summary>How many events are sent again, and to how many endpoints each.</summary>
internal sealed record ResendResponse(int Events, int Endpoints);

/// <summary>A page of a feed: the events as they are delivered, and the cursor after them.</summary>
internal sealed record AutodeskFeedResponse(IReadOnlyList<JsonBytes> Data, string Next, bool HasMore);
