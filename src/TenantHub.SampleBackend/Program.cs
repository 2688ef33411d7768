// A Hub backend to start from: its customers link their Autodesk accounts and see their projects, and it hears of what happens to them.
// Settings: TenantHub:Address, TenantHub:ApiKey (role backend), TenantHub:Profile (a connector profile; without one a customer brings an
// app of its own), TenantHub:EventSecret (of the event endpoint that leads here).
using System.Collections.Concurrent;
using System.Net;
using TenantHub.Client;
using TenantHub.Client.Accounts;
using TenantHub.Client.ConnectSessions;
using TenantHub.Client.Events;

const int MaxEvents = 100;
var builder = WebApplication.CreateBuilder(args);
if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is null)
    builder.WebHost.UseUrls("http://localhost:5480");
var settings = builder.Configuration.GetSection("TenantHub");
builder.Services.AddTenantHubClient(options =>
{
    options.Address = settings.GetValue("Address", new Uri("http://localhost:5400"));
    options.ApiKey = settings["ApiKey"];
});
var app = builder.Build();
var events = new ConcurrentDictionary<string, TenantHubEvent>(); // By id: an event may come twice. A real backend keeps them in its database.

// The customer stands in the address here. In your product it is the one who has signed in, and nobody sees another's.
app.MapGet("/", () => Results.Redirect("/customers/customer-1"));
var customers = app.MapGroup("/customers/{customer}").AddEndpointFilter(TellWhatFailedAsync);
customers.MapGet("/", ShowAsync);
customers.MapPost("/link", LinkAsync);
customers.MapGet("/projects", ProjectsAsync);
app.MapPost("/tenanthub-events", TakeEventAsync);
await app.RunAsync();

// The customer's accounts, what has happened to them, and the button that leads to the Link page.
async Task<IResult> ShowAsync(string customer, TenantHubClient hub, CancellationToken cancellationToken)
{
    var accounts = new List<LinkedAccount>();
    await foreach (var account in AccountsOf(customer, hub, cancellationToken))
        accounts.Add(account);
    var rows = accounts.Select(account =>
        $"<li>{Text(account.Label ?? account.Id)}: {Text(account.HubStatus)}. {Text(account.NextStep)}</li>"
    );
    var heard = events
        .Values.Where(happened => accounts.Any(account => happened.Data.GetRawText().Contains(account.Id, StringComparison.Ordinal)))
        .OrderBy(happened => happened.At)
        .Select(happened => $"<li>{happened.At:u} {Text(happened.Type)}</li>");
    return Results.Content(
        $"""
        <!doctype html><title>{Text(customer)}</title><h1>Autodesk accounts of {Text(customer)}</h1>
        <ul>{string.Concat(rows)}</ul>
        <form method="post" action="/customers/{Uri.EscapeDataString(customer)}/link"><button>Link an Autodesk account</button></form>
        <p><a href="/customers/{Uri.EscapeDataString(customer)}/projects">Projects</a></p>
        <h2>What happened</h2>
        <ul>{string.Concat(heard)}</ul>
        """,
        "text/html; charset=utf-8"
    );
}

// A link is made when somebody wants one: it lives for 30 minutes and links one account.
async Task<IResult> LinkAsync(string customer, TenantHubClient hub, HttpResponse response, CancellationToken cancellationToken)
{
    var session = await hub.ConnectSessions.CreateAsync(
        new NewConnectSession
        {
            OriginOwnerId = customer,
            OriginOwnerName = customer,
            ProfileId = settings["Profile"],
        },
        cancellationToken
    );
    response.Headers.Location = session.AuthLinkUrl; // Not by Results.Redirect, which logs the address: whoever has it can link.
    return Results.StatusCode(StatusCodes.Status303SeeOther);
}

// The projects of all of the customer's accounts that work.
async Task<IResult> ProjectsAsync(string customer, TenantHubClient hub, CancellationToken cancellationToken)
{
    var projects = new List<object>();
    await foreach (var account in AccountsOf(customer, hub, cancellationToken))
    {
        if (account.HubStatus is not ("active" or "degraded"))
            continue;
        await foreach (var project in hub.Account(account.Id).ListProjectsRowsAsync(cancellationToken: cancellationToken))
        {
            projects.Add(
                new
                {
                    account = account.Id,
                    id = project.GetProperty("id").GetString(),
                    name = project.GetProperty("attributes").GetProperty("name").GetString(),
                }
            );
        }
    }

    return Results.Ok(projects);
}

// Whoever knows the address can send something: only what is signed with the endpoint's secret is TenantHub's.
async Task<IResult> TakeEventAsync(HttpRequest request, CancellationToken cancellationToken)
{
    if (settings["EventSecret"] is not { Length: > 0 } secret)
        return Results.Problem("TenantHub:EventSecret is not set.", statusCode: StatusCodes.Status503ServiceUnavailable);
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, cancellationToken);
    var headers = request.Headers;
    if (
        !TenantHubEvent.TryRead(
            headers["webhook-id"],
            headers["webhook-timestamp"],
            headers["webhook-signature"],
            body.ToArray(),
            secret,
            out var happened
        )
    )
        return Results.BadRequest();
    if (events.Count < MaxEvents)
        events.TryAdd(happened.Id, happened);
    return Results.NoContent(); // Anything but 2xx, and TenantHub sends it again.
}

static IAsyncEnumerable<LinkedAccount> AccountsOf(string customer, TenantHubClient hub, CancellationToken cancellationToken) =>
    hub.Accounts.ListAsync(new AccountFilter { OriginOwnerIds = [customer] }, cancellationToken);

// Every error says what to do. Its detail may name what is TenantHub's: decide what of it your customers see.
static async ValueTask<object?> TellWhatFailedAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
{
    try
    {
        return await next(call);
    }
    catch (TenantHubException error)
    {
        return Results.Problem(
            $"{error.Detail} {error.NextStep}",
            title: error.Code,
            statusCode: error.RetryAfter is null ? StatusCodes.Status502BadGateway : StatusCodes.Status503ServiceUnavailable
        );
    }
}

static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");
