using Microsoft.Extensions.Configuration;

namespace TenantHub.Storage;

/// <summary>Where the data lies: with a connection string any number of silos share one PostgreSQL database, without one a single silo
/// keeps it in a file.</summary>
public static class DatabaseSetting
{
    /// <summary>The setting: a connection string such as <c>Host=db;Database=tenanthub;Username=tenanthub;Password=...</c>.</summary>
    public const string Key = "TenantHub:Database:ConnectionString";

    /// <summary>Gives the connection string; null when there is none. How the host is built depends on it, so it is read before there are
    /// options.</summary>
    /// <param name="configuration">The host's configuration.</param>
    public static string? Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration[Key] is { Length: > 0 } value ? value : null; // An environment variable that is set to nothing is not set; blanks are a mistake.
    }
}
