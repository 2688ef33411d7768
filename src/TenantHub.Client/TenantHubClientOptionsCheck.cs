using Microsoft.Extensions.Options;

namespace TenantHub.Client;

internal sealed class TenantHubClientOptionsCheck : IValidateOptions<TenantHubClientOptions>
{
    public ValidateOptionsResult Validate(string? name, TenantHubClientOptions options) =>
        TenantHubClientOptions.Faults(options).ToList() is { Count: > 0 } faults
            ? ValidateOptionsResult.Fail(faults.Select(fault => "TenantHub client: " + fault))
            : ValidateOptionsResult.Success;
}
