namespace TenantHub.Secrets;

/// <summary>
/// Seals and opens secrets. Grains do it themselves, because only a grain knows whose secrets it holds: the owner is part of every sealed
/// value, so one that is copied to another owner, or under another name, does not open there. It keeps the key ring out of the grains.
/// </summary>
public interface ISecretVault
{
    /// <summary>Seals secrets.</summary>
    /// <param name="owner">Whose they are, for example <c>account/acc_...</c>.</param>
    /// <param name="secrets">The secrets by name.</param>
    /// <param name="before">What was sealed for the owner so far: its data key is kept. Null makes a new data key.</param>
    SealedSecrets Seal(string owner, IReadOnlyDictionary<string, Secret> secrets, SealedSecrets? before = null);

    /// <summary>Opens what was sealed for the owner.</summary>
    /// <param name="owner">Whose they are.</param>
    /// <param name="stored">The sealed secrets.</param>
    IReadOnlyDictionary<string, Secret> Open(string owner, SealedSecrets stored);
}
