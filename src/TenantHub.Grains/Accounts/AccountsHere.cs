using System.Collections.Concurrent;

namespace TenantHub.Accounts;

/// <summary>The accounts that are active on this silo. One that is here keeps to a call's deadline; another silo can fall silent.</summary>
public sealed class AccountsHere
{
    private readonly ConcurrentDictionary<GrainId, IGrainContext> _here = new();

    /// <summary>Tells whether an account is active on this silo.</summary>
    /// <param name="account">The account.</param>
    public bool Has(GrainId account) => _here.ContainsKey(account);

    internal void Add(IGrainContext activation) => _here[activation.GrainId] = activation;

    /// <summary>Takes out an activation that ends; the one after it may be here already.</summary>
    internal void Remove(IGrainContext activation) => _here.TryRemove(new(activation.GrainId, activation));
}
