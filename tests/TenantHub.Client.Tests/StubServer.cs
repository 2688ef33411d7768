using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace TenantHub.Client;

/// <summary>A client whose requests go no further than this: each is answered by the next of the given answers, and kept.</summary>
internal sealed class StubServer : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _answers;
    private readonly ServiceProvider _services;

    public StubServer(params Func<HttpResponseMessage>[] answers)
    {
        _answers = new(answers);
        var services = new ServiceCollection();
        services
            .AddTenantHubClient(options => (options.Address, options.ApiKey) = (new Uri("https://hub.example.com/base/"), "key-0123456789"))
            .ConfigurePrimaryHttpMessageHandler(() => this);
        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<TenantHubClient>();
    }

    public TenantHubClient Client { get; }

    public List<(HttpMethod Method, Uri Address, string? Key, string? Prefer, string Body)> Seen { get; } = [];

    public static Func<HttpResponseMessage> Answer(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        () => new HttpResponseMessage(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static Func<HttpResponseMessage> Error(string code, int status, double? retryAfter = 0, string source = "hub") =>
        Answer(
            $$"""
            {"code": "{{code}}", "source": "{{source}}", "detail": "What happened.", "nextStep": "What to do.",
             {{(retryAfter is null ? "" : $"\"retryAfterSeconds\": {retryAfter},")}} "traceId": "0af7",
             "errors": [{"field": "path.project_id", "message": "is required."}],
             "provider_errors": [{"status": 404, "url": "/x", "raw": {"a": 1} } ] }
            """,
            (HttpStatusCode)status
        );

    public static Func<HttpResponseMessage> Break(HttpRequestError how) => () => throw new HttpRequestException(how);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Seen.Add(
            (
                request.Method,
                request.RequestUri!,
                request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null,
                request.Headers.TryGetValues("Prefer", out var wishes) ? wishes.Single() : null,
                await request.Content!.ReadAsStringAsync(cancellationToken)
            )
        );
        return _answers.Dequeue()();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _services.Dispose();
        base.Dispose(disposing);
    }
}
