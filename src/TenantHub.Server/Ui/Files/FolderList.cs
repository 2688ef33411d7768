using TenantHub.Actions;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Access;

namespace TenantHub.Server.Ui.Files;

/// <summary>What a person browses in an account: its projects, and in them folders and files. Each page is a call of theirs.</summary>
internal static class FolderList
{
    /// <summary>Gives one page of what a folder holds.</summary>
    /// <param name="gate">The person's way to the account.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="project">The project; null for the list of projects.</param>
    /// <param name="folder">The folder; null for the project's top.</param>
    /// <param name="cursor">The page; null for the first.</param>
    public static Task<(FolderPage? Page, ServiceError? Error)> ListAsync(
        this ConsoleGate gate,
        string accountId,
        string? project,
        string? folder,
        string? cursor
    ) =>
        gate.ListAsync(
            accountId,
            calls =>
                project is null
                    ? ProjectFolders.ListProjectsAsync(calls, cursor, default)
                    : new ProjectFolders(calls, project).ReadAsync(folder, cursor, null, default)
        );

    /// <summary>Gives one page of the account's hubs.</summary>
    public static Task<(FolderPage? Page, ServiceError? Error)> ListHubsAsync(this ConsoleGate gate, string accountId, string? cursor) =>
        gate.ListAsync(accountId, calls => ProjectFolders.ListHubsAsync(calls, cursor, default));

    private static Task<(FolderPage? Page, ServiceError? Error)> ListAsync(
        this ConsoleGate gate,
        string accountId,
        Func<AccountCalls, Task<(FolderPage? Page, ServiceError? Error)>> read
    ) =>
        gate.UseAccountAsync<FolderPage>(
            Policies.Call,
            accountId,
            (account, caller) =>
                read(new AccountCalls(account, new ActionRequest("files") { CallerId = caller.Id, Rights = caller.Rights }))
        );
}
