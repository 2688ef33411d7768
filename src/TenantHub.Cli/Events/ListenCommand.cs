using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;
using TenantHub.Client;
using TenantHub.Client.Events;

namespace TenantHub.Cli.Events;

internal sealed class ListenSettings : ConnectionSettings
{
    [CommandOption("--forward-to <URL>")]
    [Description("The address on this machine that gets each event, signed with the profile's own secret")]
    public Uri? ForwardTo { get; init; }

    [CommandOption("--port <PORT>")]
    [Description("Where events are taken on this machine")]
    public int Port { get; init; } = 5440;

    [CommandOption("--public-url <URL>")]
    [Description("The https address that leads to that port, when TenantHub is not on this machine: a tunnel's")]
    public string? PublicUrl { get; init; }

    public override ValidationResult Validate() =>
        Port is < 1 or > IPEndPoint.MaxPort ? ValidationResult.Error($"--port {Port}: it must be 1 to 65535.") : base.Validate();
}

/// <summary>
/// 1. Listens on a port. 2. Registers it as an event endpoint, in the place of one that a killed run has left. 3. Checks the signature of what comes, prints it, and passes it on, signed
/// with a secret that
/// stays the same from run to run; what the receiver answers goes back to TenantHub, which tries again after a failure. 4. At the end the
/// endpoint is removed.
/// </summary>
internal sealed class ListenCommand : ConnectedCommand<ListenSettings>
{
    private const string Description = "tenanthub listen";

    protected override async Task<int> RunAsync(TenantHubClient hub, ListenSettings settings, CancellationToken cancellationToken)
    {
        // 1.
        var local = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{settings.Port}/");
        var from = settings.PublicUrl is null ? local : string.Create(CultureInfo.InvariantCulture, $"http://*:{settings.Port}/");
        using var listener = new HttpListener { Prefixes = { from } };
        Start(listener, settings.Port);
        await using var stop = cancellationToken.Register(listener.Stop);

        // 2.
        var endpoint = await RegisterAsync(hub, settings.PublicUrl ?? local, cancellationToken);
        try
        {
            var secret = settings.ForwardTo is null ? null : await FindSecretAsync(settings, cancellationToken);
            Terminal.Say($"Listening as {endpoint.Id} at {endpoint.Url}. Ctrl+C ends it.");
            if (secret is not null)
                Terminal.Say($"Events go on to {settings.ForwardTo}, signed with {secret}");
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };
            while (!cancellationToken.IsCancellationRequested)
                await TakeAsync(await listener.GetContextAsync(), endpoint.Secret!, settings, secret, http);
        }
        catch (Exception exception)
            when (cancellationToken.IsCancellationRequested && exception is HttpListenerException or ObjectDisposedException)
        {
            // Interrupted: the usual end.
        }
        finally
        {
            // 4.
            await hub.EventEndpoints.RemoveAsync(endpoint.Id, CancellationToken.None);
        }

        return ExitCode.Interrupted;
    }

    private static void Start(HttpListener listener, int port)
    {
        try
        {
            listener.Start();
        }
        catch (HttpListenerException exception)
        {
            throw new CliException(ExitCode.Usage, $"--port {port} cannot be listened on: {exception.Message}. Give another one.");
        }
    }

    private static async Task<EventEndpoint> RegisterAsync(TenantHubClient hub, string url, CancellationToken cancellationToken)
    {
        try
        {
            var made = await hub.EventEndpoints.RegisterAsync(url, Description, cancellationToken);
            foreach (var left in await hub.EventEndpoints.ListAsync(cancellationToken))
            {
                if (left.Url == made.Url && left.Id != made.Id && left.Description is Description)
                    await hub.EventEndpoints.RemoveAsync(left.Id, cancellationToken);
            }

            return made;
        }
        catch (TenantHubException exception) when (exception.Code is ErrorCodes.InvalidInput)
        {
            throw new CliException(
                ExitCode.Usage,
                $"TenantHub does not send to {url}: {exception.Detail}\n"
                    + "On this machine the server needs TenantHub__Events__AllowLoopback=true; from elsewhere give --public-url."
            );
        }
    }

    // 3.
    private static async Task TakeAsync(
        HttpListenerContext context,
        string secret,
        ListenSettings settings,
        string? forwardSecret,
        HttpClient http
    )
    {
        using var response = context.Response;
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        var headers = context.Request.Headers;
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
        {
            response.StatusCode = (int)HttpStatusCode.BadRequest;
            Terminal.Say("A request whose signature is wrong was refused.");
            return;
        }

        response.StatusCode = forwardSecret is null
            ? (int)HttpStatusCode.NoContent
            : await ForwardAsync(happened.Id, body.ToArray(), settings.ForwardTo!, forwardSecret, http);
        if (settings.Format is Output.OutputFormat.Table)
            Terminal.Print(
                Terminal.Clean($"{happened.At.UtcDateTime:HH:mm:ss}  {happened.Type, -30}  {response.StatusCode}  {happened.Data}")
            );
        else
            Terminal.Print(System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }

    private static async Task<int> ForwardAsync(string id, byte[] body, Uri to, string secret, HttpClient http)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, to)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } },
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", TenantHubEvent.Sign(id, now, body, secret));
        try
        {
            using var answer = await http.SendAsync(request);
            return (int)answer.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            Terminal.Say($"{to} did not take {id}: {exception.Message}");
            return (int)HttpStatusCode.BadGateway;
        }
    }

    /// <summary>The secret of the profile; made at the first use and kept. Without a profile there is a new one each time.</summary>
    private static async Task<string> FindSecretAsync(ListenSettings settings, CancellationToken cancellationToken)
    {
        var file = ProfileFile.Read();
        var name = file.NameOf(settings.Profile);
        var secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        if (!file.Profiles.TryGetValue(name, out var known))
            return secret;
        if (known.ListenSecret is { } kept)
            return kept;
        await ProfileFile.UpdateAsync(
            now =>
            {
                if (!now.Profiles.TryGetValue(name, out var profile))
                    return now;
                secret = profile.ListenSecret ?? secret; // Another listen may have been first.
                return now.With(name, profile with { ListenSecret = secret });
            },
            cancellationToken
        );
        return secret;
    }
}
