using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TenantHub.Storage.Encryption;

/// <summary>The key ring is never kept unprotected: who reads the database would read every secret. Only an embedded silo in Development
/// may make its own key.</summary>
internal sealed class KeyProtectionValidator(IHostEnvironment environment, IConfiguration configuration)
    : IValidateOptions<KeyProtectionOptions>
{
    public ValidateOptionsResult Validate(string? name, KeyProtectionOptions options)
    {
        var faults = new List<string>();
        var current = KeyEncryptionKeys.Read(options, [], faults);
        if (current is null && faults.Count == 0 && !(environment.IsDevelopment() && DatabaseSetting.Read(configuration) is null))
        {
            faults.Add(
                "Nothing protects the key ring. Outside Development, and for silos that share a database (the same for all of them), set TenantHub:KeyProtection:Key (environment variable TenantHub__KeyProtection__Key) to 32 random bytes in base64, "
                    + "made with: openssl rand -base64 32. Keep it outside the database and its backups. Or set TenantHub:KeyProtection:CertificatePath to an RSA certificate with its private key."
            );
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
