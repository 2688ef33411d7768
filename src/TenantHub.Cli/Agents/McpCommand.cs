using System.ComponentModel;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Configuration;
using TenantHub.Cli.Login;
using TenantHub.Client;

namespace TenantHub.Cli.Agents;

internal sealed class McpSettings : CommandSettings
{
    [CommandOption("-p|--profile <NAME>")]
    [Description("The profile of the command line; TENANTHUB_PROFILE, or the one in use, when it is not given")]
    public string? Profile { get; init; }

    [CommandOption("-a|--account <ACCOUNT>", true)]
    [Description("The account's id, label or owner")]
    public required string Account { get; init; }

    [CommandOption("--tool-mode <MODE>")]
    [Description("individual (the default) or search_execute: few tools for all actions")]
    public string ToolMode { get; init; } = "individual";

    [CommandOption("--read-only")]
    [Description("Show and run what changes nothing only")]
    public bool ReadOnly { get; init; }

    public override ValidationResult Validate() =>
        ToolMode is "individual" or "search_execute"
            ? ValidationResult.Success()
            : ValidationResult.Error("--tool-mode must be individual or search_execute.");
}

/// <summary>
/// An MCP server on stdin and stdout, for clients that know no HTTP: each line is a message that goes to <c>/mcp</c>, each message of the
/// answer is a line. It ends with stdin.
/// </summary>
internal sealed class McpCommand : AsyncCommand<McpSettings>
{
    private const string EventStream = "text/event-stream";
    private const string VersionOfARequest = "io.modelcontextprotocol/protocolVersion";
    private const int ParseError = -32700;
    private const int InternalError = -32603;

    /// <summary>What an <c>initialize</c> has agreed on; null before, and for clients that say it in each request.</summary>
    private volatile string? _version;

    private volatile bool _isRefused; // The key, at least once.
    private volatile bool _isAnswered; // By a message, at least once.

    public override async Task<int> ExecuteAsync(CommandContext context, McpSettings settings, CancellationToken cancellationToken)
    {
        var profile = ProfileFile.Read().Resolve(settings.Profile);
        await using var services = ClientServices.Create(profile);
        var account = await AccountChoice.FindAsync(services.GetRequiredService<TenantHubClient>(), settings.Account, cancellationToken);
        var address = new Uri(
            $"{profile.Address.TrimEnd('/')}/mcp/{Uri.EscapeDataString(account.Id)}?tool-mode={settings.ToolMode}"
                + (settings.ReadOnly ? "&read-only=true" : "")
        );
        var http = new HttpClient(new FreshKeyHandler(profile) { InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false } })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", profile.Key);
        http.DefaultRequestHeaders.Accept.ParseAdd($"application/json, {EventStream}");

        using var input = new StreamReader(Terminal.RawInput());
        var running = new List<Task>(); // A call may take its time; the next message does not wait for it.
        while (await input.ReadLineAsync(cancellationToken).AsTask().WaitAsync(cancellationToken) is { } line)
        {
            running.RemoveAll(task => task.IsCompleted);
#pragma warning disable CA2025 // The client ends with the process, and so after them.
            if (!string.IsNullOrWhiteSpace(line))
                running.Add(PassAsync(line, address, http, cancellationToken));
#pragma warning restore CA2025
        }

        await Task.WhenAll(running);
        return _isRefused && !_isAnswered ? ExitCode.NotAllowed : ExitCode.Done;
    }

    private async Task PassAsync(string line, Uri address, HttpClient http, CancellationToken cancellationToken)
    {
        JsonElement message;
        try
        {
            message = JsonElement.Parse(line);
        }
        catch (JsonException exception)
        {
            Fail(default, ParseError, $"A line is no JSON: {exception.Message}");
            return;
        }

        var id = Member(message, "id");
        try
        {
            using var request = Request(line, message, address);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var isMessage = false;
            string? said = null;
            if (response.Content.Headers.ContentType?.MediaType is EventStream)
                isMessage = await PassStreamAsync(response, cancellationToken);
            else if (await response.Content.ReadAsStringAsync(cancellationToken) is { Length: > 0 } body)
                (isMessage, said) = (Pass(body), Said(body));
            _isAnswered |= isMessage;
            _isRefused |= response.StatusCode is HttpStatusCode.Unauthorized;
            if (!isMessage && id.ValueKind is not JsonValueKind.Undefined)
                Fail(
                    id,
                    InternalError,
                    $"TenantHub answered {(int)response.StatusCode}{(said is null ? " without a message." : $": {said}")}"
                );
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            var hub = address.GetLeftPart(UriPartial.Authority);
            Fail(id, InternalError, $"TenantHub at {hub} could not be reached, or did not answer: {exception.Message}");
        }
    }

    /// <summary>Method, name and version stand in headers too, and have to be those of the body.</summary>
    private HttpRequestMessage Request(string line, JsonElement message, Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(line, Encoding.UTF8, "application/json"),
        };
        var parameters = Member(message, "params");
        var version = Text(Member(Member(parameters, "_meta"), VersionOfARequest)) ?? _version;
        if (version is not null)
            request.Headers.TryAddWithoutValidation("MCP-Protocol-Version", version);
        if (Text(Member(message, "method")) is { } method)
            request.Headers.TryAddWithoutValidation("Mcp-Method", method);
        if ((Text(Member(parameters, "name")) ?? Text(Member(parameters, "uri"))) is { } name)
            request.Headers.TryAddWithoutValidation("Mcp-Name", name);
        return request;
    }

    private async Task<bool> PassStreamAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var (data, isMessage) = (new StringBuilder(), false);
        while (await events.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
                data.Append(line.AsSpan("data:".Length).Trim());
            if (line.Length > 0 || data.Length == 0)
                continue;
            isMessage |= Pass(data.ToString());
            data.Clear();
        }

        return isMessage;
    }

    /// <summary>Prints a message in one line; false when it is none.</summary>
    private bool Pass(string body)
    {
        try
        {
            var message = JsonElement.Parse(body);
            if (Text(Member(message, "jsonrpc")) is null)
            {
                // An error of TenantHub's own: no key, no such account ...
                if (Text(Member(message, "message")) is { } said)
                    Terminal.Say(said);
                return false;
            }

            if (Text(Member(Member(message, "result"), "protocolVersion")) is { } agreed)
                _version = agreed;
            Terminal.Print(JsonSerializer.Serialize(message));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>What TenantHub says in an error of its own, next step included; null when the body is none.</summary>
    private static string? Said(string body)
    {
        try
        {
            return Text(Member(JsonElement.Parse(body), "message"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Fail(JsonElement id, int code, string text)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc", "2.0");
            writer.WritePropertyName("id");
            if (id.ValueKind is JsonValueKind.Undefined)
                writer.WriteNullValue();
            else
                id.WriteTo(writer);
            writer.WriteStartObject("error");
            writer.WriteNumber("code", code);
            writer.WriteString("message", text);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        Terminal.Print(Encoding.UTF8.GetString(line.ToArray()));
    }

    private static JsonElement Member(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement json) => json.ValueKind is JsonValueKind.String ? json.GetString() : null;
}
