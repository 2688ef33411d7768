using System.Data.Common;

namespace TenantHub.Storage;

/// <summary>The storage could not do what was asked. The message says what happened and what to do; it never holds stored values.</summary>
[GenerateSerializer, Alias("tenanthub.storage-exception")]
public sealed class StorageException : Exception
{
    /// <summary>Makes an exception without a message.</summary>
    public StorageException() { }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What happened and what to do.</param>
    public StorageException(string message)
        : base(message) { }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="innerException">The cause. One from a database driver is kept as its text: Orleans cannot hand the exception itself to
    /// another server.</param>
    public StorageException(string message, Exception? innerException)
        : base(message, HasDriver(innerException) ? new StorageException($"{innerException}") : innerException) { }

    /// <summary>Gets whether what is stored cannot be used, as opposed to a database that does not answer: to try again does not
    /// help.</summary>
    [Id(0)]
    public bool IsDamage { get; init; }

    /// <summary>Somebody has dropped a table, or a column of one.</summary>
    internal static StorageException LacksTable(string what) =>
        new($"The database is damaged ({what}). Restore it from a backup.") { IsDamage = true };

    private static bool HasDriver(Exception? cause) => cause is not null && (cause is DbException || HasDriver(cause.InnerException));

    /// <summary>The same fault, and where the damage lies.</summary>
    internal StorageException At(string stateName, GrainId grain) =>
        new($"{Message} It is the state \"{stateName}\" of {grain} in the table grain_state.", InnerException) { IsDamage = true };
}
