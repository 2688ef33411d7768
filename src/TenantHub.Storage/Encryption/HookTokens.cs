using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using TenantHub.Accounts;
using TenantHub.Events;

namespace TenantHub.Storage.Encryption;

/// <summary>Account and hook, protected by the key ring: some 200 letters.</summary>
internal sealed class HookTokens(IDataProtectionProvider protection) : IHookTokens
{
    private const int MaxLength = 500;

    private readonly IDataProtector _protector = protection.CreateProtector("TenantHub.HookToken.v1");

    public string Make(string accountId, string hook) =>
        Base64Url.EncodeToString(_protector.Protect(Encoding.ASCII.GetBytes($"{accountId}/{hook}")));

    public bool TryRead(string token, [NotNullWhen(true)] out string? accountId, [NotNullWhen(true)] out string? hook)
    {
        (accountId, hook) = (null, null);
        if (token.Length > MaxLength || !Base64Url.IsValid(token))
            return false;
        try
        {
            var parts = Encoding.ASCII.GetString(_protector.Unprotect(Base64Url.DecodeFromChars(token))).Split('/', 2);
            if (parts.Length < 2 || !LinkedAccountId.TryParse(parts[0], out _))
                return false;
            (accountId, hook) = (parts[0], parts[1]);
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return false;
        }
    }
}
