using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TenantHub.Storage.Sql;

/// <summary>The rows that lists do without because they cannot be read: one damaged row hides no other one. The log names each once.</summary>
internal sealed partial class DamagedRows(ILogger logger)
{
    private const int MaxRemembered = 1000;

    private readonly ConcurrentDictionary<string, bool> _told = new();

    /// <summary>Gets how many there were since the start.</summary>
    public int Count => _told.Count;

    /// <summary>Reads what is stored; what is damaged is told, and counts as none.</summary>
    public T? ReadOrTell<TStored, T>(Func<TStored, T> read, TStored stored)
        where T : class
    {
        try
        {
            return read(stored);
        }
        catch (StorageException damage) when (damage.IsDamage)
        {
            Tell(damage);
            return null;
        }
    }

    private void Tell(StorageException damage)
    {
        if (_told.Count < MaxRemembered && _told.TryAdd(damage.Message, true))
            LogDamaged(damage.Message);
    }

    [LoggerMessage(5701, LogLevel.Error, "What is stored cannot be read, and lists do without it: {Damage}")]
    private partial void LogDamaged(string damage);
}
