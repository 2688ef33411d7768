using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using TenantHub.Accounts;
using TenantHub.Audit;
using TenantHub.Errors;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;

namespace TenantHub.Server.Ui.Access;

/// <summary>
/// The one way from a page of the console to an operation. 1. Who asks is judged now, not when the page was opened. 2. The same policy as
/// the API's decides. 3. A change is audited as the API audits it. 4. What goes wrong comes back as the error that the API would give.
/// Hidden buttons are a courtesy; this is the lock.
/// </summary>
internal sealed class ConsoleGate(
    AuthenticationStateProvider circuit,
    UiSession sessions,
    AuditTrail audit,
    IGrainFactory grains,
    Viewer viewer,
    ConsoleTelemetry telemetry,
    FaultLog faults
)
{
    /// <summary>Whether to show what needs the policy.</summary>
    public async Task<bool> AllowsAsync(string policy) =>
        Caller.Find((await circuit.GetAuthenticationStateAsync()).User) is { } caller && Policies.Allows(caller, policy);

    /// <summary>Makes a change, under the name and target that the API's endpoint has.</summary>
    /// <param name="policy">What it needs, one of <see cref="Policies"/>.</param>
    /// <param name="action">Its name in the audit.</param>
    /// <param name="target">What it changes; what it makes may be named by the change.</param>
    /// <param name="change">The change. It gives the error that ended it, and its target.</param>
    public async Task<ServiceError?> ChangeAsync(
        string policy,
        string action,
        string target,
        Func<ClaimsPrincipal, Task<(ServiceError? Error, string Target)>> change
    )
    {
        var (user, refusal) = await EnterAsync(policy); // 1, 2
        if (user is null)
            return refusal;
        var caller = Caller.Of(user);
        var intent = new AuditEntry
        {
            Sequence = 0,
            At = default,
            Actor = caller.Id,
            ActorName = caller.Name,
            Address = viewer.Address,
            Action = action,
            Target = target,
        };
        return await audit.RunAsync(
            intent,
            async () => // 3
            {
                var (error, named) = await GuardAsync(target, async () => await change(user), fault => (fault, target));
                return (error, error, named);
            },
            error => error
        );
    }

    public Task<ServiceError?> ChangeAsync(string policy, string action, string target, Func<Task<ServiceError?>> change) =>
        ChangeAsync(policy, action, target, async _ => (await change(), target));

    /// <summary>Changes an account that the caller may see.</summary>
    public Task<ServiceError?> ChangeAccountAsync(string id, string action, Func<ILinkedAccountGrain, Task<AccountResult>> change) =>
        ChangeAsync(
            Policies.Operate,
            action,
            $"account/{id}",
            async user =>
            {
                var (account, hidden) = await grains.FindAccountAsync(user, id);
                return (account is null ? hidden : (await change(account) as AccountResult.Failed)?.Error, $"account/{id}");
            }
        );

    /// <summary>Does what the API does not audit: a call, a plan, a look.</summary>
    public Task<(T? Answer, ServiceError? Error)> UseAsync<T>(
        string policy,
        Func<ClaimsPrincipal, Task<(T? Answer, ServiceError? Error)>> use
    ) => UseAsync(policy, "-", use);

    private async Task<(T? Answer, ServiceError? Error)> UseAsync<T>(
        string policy,
        string subject,
        Func<ClaimsPrincipal, Task<(T? Answer, ServiceError? Error)>> use
    )
    {
        telemetry.Read();
        var (user, refusal) = await EnterAsync(policy);
        return user is null ? (default, refusal) : await GuardAsync(subject, () => use(user), fault => (default(T), fault));
    }

    /// <summary>The same, of an account that the caller may see.</summary>
    public Task<(T? Answer, ServiceError? Error)> UseAccountAsync<T>(
        string policy,
        string id,
        Func<ILinkedAccountGrain, Caller, Task<(T? Answer, ServiceError? Error)>> use
    ) =>
        UseAsync<T>(
            policy,
            $"account/{id}",
            async user =>
            {
                var (account, hidden) = await grains.FindAccountAsync(user, id);
                return account is null ? (default, hidden) : await use(account, Caller.Of(user));
            }
        );

    private async Task<(ClaimsPrincipal? User, ServiceError? Refusal)> EnterAsync(string policy)
    {
        var (user, refusal) = await sessions.JudgeAsync((await circuit.GetAuthenticationStateAsync()).User);
        return user is null ? (null, refusal)
            : Policies.Allows(Caller.Of(user), policy) ? (user, null)
            : (null, RequestErrors.Forbidden());
    }

    /// <summary>The console's edge, as the exception handler is the API's: a fault must not end the whole page.</summary>
    private async Task<T> GuardAsync<T>(string subject, Func<Task<T>> work, Func<ServiceError, T> failed) // 4
    {
        try
        {
            return await work();
        }
        catch (Exception exception)
        {
            var error = FaultExceptionHandler.Describe(exception);
            var trace = faults.Tell(exception, error.Code, subject);
            return failed(error with { NextStep = $"{error.NextStep} The server's log has the fault under trace {trace}.".TrimStart() });
        }
    }
}
