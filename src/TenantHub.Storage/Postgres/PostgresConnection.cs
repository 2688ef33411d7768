using Microsoft.Extensions.Options;
using Npgsql;

namespace TenantHub.Storage.Postgres;

/// <summary>What TenantHub asks of every connection unless the operator's connection string says otherwise.</summary>
internal static class PostgresConnection
{
    /// <summary>How many connections the membership of the cluster may use: apart from the others, so that no load can make a silo look
    /// dead.</summary>
    private const int MembershipConnections = 4;

    /// <summary>
    /// After so many milliseconds without a word from a silo that is in a transaction, the server ends that transaction. A silo that
    /// freezes there keeps its locks otherwise, and those who take its accounts over wait for them.
    /// </summary>
    private const int LongestPauseInTransaction = 5_000;

    /// <summary>A start holds one connection, with the lock that lets one silo start at a time, and works with a second one.</summary>
    private const int SmallestPool = 2;

    /// <exception cref="OptionsValidationException">It is no connection string, or no server can work with it.</exception>
    public static NpgsqlConnectionStringBuilder Complete(string connectionString)
    {
        var settings = Parse(connectionString);
        if (!settings.ShouldSerialize("Timeout"))
            settings.Timeout = 5; // Callers wait for the database, and a truthful refusal is better than a long wait.
        if (!settings.ShouldSerialize("Command Timeout"))
            settings.CommandTimeout = 10;
        if (!settings.ShouldSerialize("Cancellation Timeout"))
            settings.CancellationTimeout = 500; // A server that does not answer does not answer that either.
        if (!settings.ShouldSerialize("Maximum Pool Size"))
            settings.MaxPoolSize = 20; // Several silos share a server that allows 100 by default.
        if (!settings.ShouldSerialize("Options"))
            settings.Options = $"-c idle_in_transaction_session_timeout={LongestPauseInTransaction}";
        if (!settings.ShouldSerialize("GSS Encryption Mode"))
            settings.GssEncryptionMode = GssEncryptionMode.Disable; // Asking for it asks DNS, also where the host is an address.
        if (!settings.ShouldSerialize("Application Name"))
            settings.ApplicationName = "TenantHub";
        CheckPool(settings);
        return settings;
    }

    private static void CheckPool(NpgsqlConnectionStringBuilder settings)
    {
        if (settings.Pooling && settings.MaxPoolSize < SmallestPool)
            throw Refuse(
                $"{DatabaseSetting.Key} says Maximum Pool Size={settings.MaxPoolSize}; the smallest with which a server works is {SmallestPool}, and 20 is what it takes when nothing is said."
            );
        if (settings.Pooling && settings.MinPoolSize > settings.MaxPoolSize)
            throw Refuse(
                $"{DatabaseSetting.Key}: Minimum Pool Size is {settings.MinPoolSize}, which is more than Maximum Pool Size, {settings.MaxPoolSize}."
            );
    }

    private static OptionsValidationException Refuse(string fault) =>
        new(DatabaseSetting.Key, typeof(NpgsqlConnectionStringBuilder), [fault]);

    public static string ForMembership(string connectionString)
    {
        var settings = Complete(connectionString);
        (settings.MinPoolSize, settings.MaxPoolSize) = (0, MembershipConnections); // What the operator keeps open is for the work.
        settings.ApplicationName += " membership";
        return settings.ConnectionString;
    }

    /// <summary>One connection, which loses patience sooner than callers do.</summary>
    public static NpgsqlConnectionStringBuilder ForPulse(string connectionString)
    {
        var settings = Complete(connectionString);
        (settings.MinPoolSize, settings.MaxPoolSize) = (0, 2);
        (settings.Timeout, settings.CommandTimeout, settings.CancellationTimeout) = (2, 2, 500);
        settings.ApplicationName += " pulse";
        return settings;
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (
                !string.IsNullOrEmpty(settings.Host)
                && !string.IsNullOrEmpty(settings.Database)
                && settings.Port is > 0 and <= ushort.MaxValue
            )
                return settings;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // Refused below; the driver's message may quote the password.
        }

        throw Refuse(
            $"{DatabaseSetting.Key} is not a connection string of PostgreSQL, or a value in it (Port, SSL Mode, Maximum Pool Size, ...) is none that this setting can have. It must name at least host and database: Host=db;Database=tenanthub;Username=tenanthub;Password=..."
        );
    }
}
