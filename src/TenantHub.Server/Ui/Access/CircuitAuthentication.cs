using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace TenantHub.Server.Ui.Access;

/// <summary>Who looks at a page that is open. Judged again every few seconds, so a page does not outlive the key that opened it.</summary>
internal sealed class CircuitAuthentication(ILoggerFactory loggers, UiSession sessions)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(2);

    /// <summary>A database that does not answer revokes no key.</summary>
    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState,
        CancellationToken cancellationToken
    ) => (await sessions.JudgeAsync(authenticationState.User)).Refusal is null or { Code: ErrorCode.StorageUnavailable };
}
