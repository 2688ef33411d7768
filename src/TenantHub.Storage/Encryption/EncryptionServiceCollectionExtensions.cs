using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using TenantHub.Configuration;
using TenantHub.Events;
using TenantHub.Secrets;
using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Encryption;

internal static class EncryptionServiceCollectionExtensions
{
    /// <summary>Adds the vault, the key ring in the database, and what protects the ring.</summary>
    public static IServiceCollection AddEncryption(this IServiceCollection services)
    {
        services.AddTenantHubOptions<KeyProtectionOptions, KeyProtectionValidator>(KeyProtectionOptions.SectionName);
        services.AddSingleton<KeyEncryptionKeys>();
        services.AddSingleton<SqlKeyRepository>();
        services.AddSingleton<KeyRingProtection>();

        // The application name is part of every key's purpose; by default it is the program's folder, and moving that would lose all
        // secrets.
        services.AddDataProtection().SetApplicationName("TenantHub");
        services
            .AddOptions<KeyManagementOptions>()
            .Configure<SqlKeyRepository, KeyEncryptionKeys>(
                (ring, entries, protection) =>
                    (ring.XmlRepository, ring.XmlEncryptor) = (entries, new KeyRingXmlEncryptor(protection.Current))
            );
        services.AddSingleton<ISecretVault, SecretVault>();
        services.AddSingleton<IHookTokens, HookTokens>();
        return services;
    }
}
