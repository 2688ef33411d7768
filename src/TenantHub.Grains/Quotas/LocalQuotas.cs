using System.Collections.Concurrent;

namespace TenantHub.Quotas;

/// <summary>The limits whose grains are active on this silo.</summary>
internal sealed class LocalQuotas
{
    private readonly ConcurrentDictionary<(string ClientId, string Group), LocalPermits> _open = new();

    public LocalPermits? Find(string clientId, string group) => _open.GetValueOrDefault((clientId, group));

    public void Open(string clientId, string group, LocalPermits permits) => _open[(clientId, group)] = permits;

    /// <summary>Takes out an activation that ends; the one after it may be here already.</summary>
    public void Close(string clientId, string group, LocalPermits permits) => _open.TryRemove(new((clientId, group), permits));
}
