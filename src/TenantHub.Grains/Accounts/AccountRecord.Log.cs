using Microsoft.Extensions.Logging;

namespace TenantHub.Accounts;

internal sealed partial class AccountRecord
{
    private readonly ILogger _logger = shared.Logger;

    [LoggerMessage(1001, LogLevel.Information, "Account {AccountId}: {From} -> {To} ({Reason})")]
    private partial void LogStatus(string accountId, AccountStatus from, AccountStatus to, string reason);

    [LoggerMessage(1002, LogLevel.Error, "Account {AccountId}: the state could not be stored; the activation ends")]
    private partial void LogNotStored(Exception exception, string accountId);

    [LoggerMessage(1003, LogLevel.Warning, "Account {AccountId}: the directory could not be written; the next activation repairs the row")]
    private partial void LogNotListed(Exception exception, string accountId);

    [LoggerMessage(1008, LogLevel.Warning, "Account {AccountId}: its events could not be handed over; a reminder tries again")]
    private partial void LogNotHandedOver(Exception exception, string accountId);

    [LoggerMessage(
        1009,
        LogLevel.Warning,
        "Account {AccountId}: another activation has written the state; this one sends nothing more and ends"
    )]
    private partial void LogSuperseded(string accountId);

    [LoggerMessage(1012, LogLevel.Error, "Account {AccountId} is damaged, and can only be unlinked until it is restored: {Damage}")]
    private partial void LogDamaged(string accountId, string damage);

    [LoggerMessage(
        1013,
        LogLevel.Warning,
        "Account {AccountId} is unlinked, and something of it could not be forgotten; it goes once it is old"
    )]
    public partial void LogNotForgotten(Exception exception, string accountId);

    [LoggerMessage(
        1011,
        LogLevel.Warning,
        "Account {AccountId} goes, or moves, and its hooks at Autodesk could not be removed; remove what is left with autodesk_delete_webhook"
    )]
    public partial void LogHooksNotReached(Exception exception, string accountId);

    [LoggerMessage(1010, LogLevel.Error, "Account {AccountId}: the claim on its Autodesk account could not be read or written")]
    private partial void LogClaimFailed(Exception exception, string accountId);
}
