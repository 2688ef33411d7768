using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Protocol;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Server.Linking;

namespace TenantHub.Server.Mcp;

/// <summary>
/// Asks an agent's user to have a call approved, where the client can ask (elicitation). The user's answer is no approval: a client may
/// answer by itself. It only says that the call is to be sent again, and then what an operator has decided counts. What the client carries
/// meanwhile is sealed, and bound to caller, account, call and time; an approval itself takes effect once.
/// </summary>
internal sealed class ApprovalQuestion(
    IDataProtectionProvider protection,
    IOptions<LinkingOptions> linking,
    ActionCatalog catalog,
    TimeProvider clock
)
{
    private const string Name = "approval";
    private static readonly TimeSpan GoodFor = TimeSpan.FromHours(2);

    private readonly IDataProtector _seal = protection.CreateProtector("TenantHub.McpApprovalState.v1");

    /// <summary>The question; null when the client cannot ask its user.</summary>
    public InputRequiredException? For(
        ServiceError error,
        ElicitationCapability? elicitation,
        HttpContext http,
        string accountId,
        ActionRequest call
    )
    {
        if (error is not { Code: ErrorCode.ApprovalRequired, ApprovalId: { } approval } || elicitation is null)
            return null;
        var url = $"{OriginOf(http)}/ui/approvals/{approval}";
        var message = $"{error.Detail} An operator decides at {url}. Answer when that is done.";
        return new InputRequiredException(
            new Dictionary<string, InputRequest>
            {
                [Name] = InputRequest.ForElicitation(
                    elicitation.Url is not null && OriginOf(http).Length > 0
                        ? new ElicitRequestParams
                        {
                            Mode = "url",
                            ElicitationId = approval,
                            Url = url,
                            Message = message,
                        }
                        : new ElicitRequestParams { Message = message, RequestedSchema = new() }
                ),
            },
            Convert.ToBase64String(
                _seal.Protect(
                    JsonSerializer.SerializeToUtf8Bytes(new State(HashOf(accountId, call), approval, clock.GetUtcNow() + GoodFor))
                )
            )
        );
    }

    /// <summary>Reads what comes back; null when the call goes on. A user who has only closed the question has decided nothing.</summary>
    /// <exception cref="ModelContextProtocol.McpProtocolException">The state is not one of this call's.</exception>
    public Unwanted? Read(ToolCall asked, string accountId, ActionRequest call)
    {
        if (asked.RequestState is null)
            return null;
        if (Open(asked.RequestState) is not { } state || state.Call != HashOf(accountId, call) || state.Until <= clock.GetUtcNow())
            throw McpView.Invalid("requestState is not one that was given for this call, or is too old. Send the call without it.");
        var answer = asked.Responses?.TryGetValue(Name, out var given) is true
            ? given.Deserialize(InputResponse.ElicitResultJsonTypeInfo)
            : null;
        return answer?.Action switch
        {
            "decline" => new(
                new(
                    ErrorCode.ApprovalRefused,
                    ErrorSource.Hub,
                    $"The agent's own user has declined {call.ActionId} ({state.ApprovalId}). Nothing was sent."
                )
                {
                    NextStep = "Do not send it again: it stays refused for an hour.",
                    ApprovalId = state.ApprovalId,
                },
                IsDeclined: true
            ),
            "cancel" => new(
                new(
                    ErrorCode.ApprovalRequired,
                    ErrorSource.Hub,
                    $"The agent's own user has made no choice. {call.ActionId} goes on waiting as {state.ApprovalId}; nothing was sent."
                )
                {
                    NextStep =
                        $"Have an operator look at /ui/approvals/{state.ApprovalId}. Then send the same call again, unchanged and without requestState.",
                    ApprovalId = state.ApprovalId,
                },
                IsDeclined: false
            ),
            _ => null,
        };
    }

    /// <summary>An error with the page as a whole address.</summary>
    public ServiceError WithLink(ServiceError error, HttpContext http) =>
        error.ApprovalId is null
            ? error
            : error with
            {
                NextStep = error.NextStep?.Replace(" /ui/approvals/", $" {OriginOf(http)}/ui/approvals/", StringComparison.Ordinal),
            };

    /// <summary>The server's address as it is configured. Without one a request's own counts when it is this machine's, because anybody may
    /// write anything into Host; else it is empty, and links have no beginning.</summary>
    private string OriginOf(HttpContext http) =>
        linking.Value.PublicUrl?.ToString().TrimEnd('/')
        ?? (
            ConnectSessionEndpoints.OriginOf(http.Request) is var origin
            && Uri.TryCreate(origin, UriKind.Absolute, out var server)
            && server.IsLoopback
                ? origin
                : ""
        );

    private State? Open(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<State>(_seal.Unprotect(Convert.FromBase64String(text)));
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Empty for an action that does not exist: no state is of such a call.</summary>
    private string HashOf(string accountId, ActionRequest call) =>
        catalog.Find(call.ActionId) is { } action
            ? Convert.ToHexStringLower(
                SHA256.HashData(
                    Encoding.UTF8.GetBytes($"{accountId}\n{call.CallerId}\n{CanonicalCall.HashOf(action, call)}\n{call.IdempotencyKey}")
                )
            )
            : "";

    /// <summary>A call that is not to go on now.</summary>
    /// <param name="Error">What the agent is told.</param>
    /// <param name="IsDeclined">Whether its user does not want it at all.</param>
    internal sealed record Unwanted(ServiceError Error, bool IsDeclined);

    /// <summary>What a client carries between the question and the next try.</summary>
    private sealed record State(string Call, string ApprovalId, DateTimeOffset Until);
}
