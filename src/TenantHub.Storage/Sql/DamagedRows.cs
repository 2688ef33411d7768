using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TenantHub.Storage.Sql;

/// <summary>The rows that lists leave out because they cannot be read: one damaged row hides no other one. The log names each once.</summary>
internal sealed partial class DamagedRows(ILogger logger)
{
    private const int MaxRemembered = 1000;

    private readonly ConcurrentDictionary<string, bool> _told = new();

    /// <summary>Gets how many there were since the start.</summary>
    public int Count => _told.Count;

    public void LeaveOut(StorageException damage)
    {
        if (_told.Count < MaxRemembered && _told.TryAdd(damage.Message, true))
            LogLeftOut(damage.Message);
    }

    [LoggerMessage(5701, LogLevel.Error, "A list leaves out what it cannot read: {Damage}")]
    private partial void LogLeftOut(string damage);
}
