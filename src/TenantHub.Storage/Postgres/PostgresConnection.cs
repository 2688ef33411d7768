using Npgsql;

namespace TenantHub.Storage.Postgres;

/// <summary>What the hub asks of every connection unless the operator's connection string says otherwise.</summary>
internal static class PostgresConnection
{
    public static NpgsqlConnectionStringBuilder Complete(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!IsGiven("Timeout")) settings.Timeout = 5; // Callers wait for the database, and a truthful refusal is better than a long wait.
        if (!IsGiven("Command Timeout")) settings.CommandTimeout = 10;
        if (!IsGiven("Maximum Pool Size")) settings.MaxPoolSize = 20; // Several hubs share a server that allows 100 by default.
        if (!IsGiven("Application Name")) settings.ApplicationName = "TenantHub";
        return settings;

        bool IsGiven(string key) => settings.ContainsKey(key) && settings.ShouldSerialize(key);
    }
}
