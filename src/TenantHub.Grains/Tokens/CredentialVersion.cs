using System.Security.Cryptography;
using System.Text;

namespace TenantHub.Tokens;

/// <summary>
/// A name for one pair of client id and secret that gives the secret away to nobody. It is part of a token grain's key: accounts with the
/// same credentials share tokens, and whoever links with a known client id and a guessed secret reaches no token of others.
/// </summary>
internal static class CredentialVersion
{
    // Slow on purpose: the version is stored beside sealed secrets, and must not be a cheap way to test guesses. Paid once per link.
    private const int Iterations = 20_000;

    public static string Of(string clientId, Secret clientSecret) =>
        Convert.ToHexStringLower(
            Rfc2898DeriveBytes.Pbkdf2(
                clientSecret.Reveal(),
                Encoding.UTF8.GetBytes("tenanthub.credential:" + clientId),
                Iterations,
                HashAlgorithmName.SHA256,
                12
            )
        );
}
