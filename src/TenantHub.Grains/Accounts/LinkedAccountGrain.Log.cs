using Microsoft.Extensions.Logging;

namespace TenantHub.Accounts;

internal sealed partial class LinkedAccountGrain
{
    [LoggerMessage(1001, LogLevel.Information, "Account {AccountId}: {From} -> {To} ({Reason})")]
    private partial void LogStatus(string accountId, AccountStatus from, AccountStatus to, string reason);

    [LoggerMessage(1002, LogLevel.Error, "Account {AccountId}: the state could not be stored; the activation ends")]
    private partial void LogNotStored(Exception exception, string accountId);

    [LoggerMessage(1003, LogLevel.Warning, "Account {AccountId}: the directory could not be written; the next activation repairs the row")]
    private partial void LogNotListed(Exception exception, string accountId);

    [LoggerMessage(1004, LogLevel.Warning, "Account {AccountId}: the profile {ProfileId} could not be read again; the one that is known goes on being used")]
    private partial void LogProfileNotRead(Exception exception, string accountId, string profileId);

    [LoggerMessage(1005, LogLevel.Error, "Account {AccountId}: what it holds could not be read or written")]
    private partial void LogHoldingsFailed(Exception exception, string accountId);

    [LoggerMessage(1006, LogLevel.Warning, "Account {AccountId}: Autodesk refused one of the two secrets that are held during a rotation; {ActionId} goes on with the other")]
    private partial void LogOtherSecret(string accountId, string actionId);

    [LoggerMessage(1007, LogLevel.Warning, "Account {AccountId}: the answers kept under idempotency keys could not be deleted; nothing reads them any more, and they are deleted within a day")]
    private partial void LogAnswersNotForgotten(Exception exception, string accountId);

    [LoggerMessage(1008, LogLevel.Warning, "Account {AccountId}: its events could not be handed over; a reminder tries again")]
    private partial void LogNotHandedOver(Exception exception, string accountId);

    [LoggerMessage(2001, LogLevel.Debug, "Account {AccountId}: {ActionId} succeeded with {Status}")]
    private partial void LogCallSucceeded(string accountId, string actionId, int? status);

    [LoggerMessage(2002, LogLevel.Information, "Account {AccountId}: {ActionId} ended with {Code}")]
    private partial void LogCallFailed(string accountId, string actionId, ErrorCode code);

    [LoggerMessage(2003, LogLevel.Information, "Account {AccountId}: Autodesk refused the access token during {ActionId}; it is renewed and the request repeated once")]
    private partial void LogTokenRefused(string accountId, string actionId);

    [LoggerMessage(2004, LogLevel.Information, "Account {AccountId}: attempt {Attempt} of {ActionId} failed; the request is repeated")]
    private partial void LogRepeat(string accountId, string actionId, int attempt);

    [LoggerMessage(2005, LogLevel.Warning, "Account {AccountId}: the answer to {ActionId} was lost; the hub looked and found its effect")]
    private partial void LogReadBack(string accountId, string actionId);

    [LoggerMessage(2006, LogLevel.Error, "Account {AccountId}: the record of the idempotency key of {ActionId} could not be read or written")]
    private partial void LogKeyFailed(Exception exception, string accountId, string actionId);

    [LoggerMessage(2007, LogLevel.Warning, "Account {AccountId}: a permit could not be given back; the quota counts it as used")]
    private partial void LogPermitKept(Exception exception, string accountId);

    [LoggerMessage(1009, LogLevel.Warning, "Account {AccountId}: another activation has written the state; this one sends nothing more and ends")]
    private partial void LogSuperseded(string accountId);
}
