using System.Text.RegularExpressions;

namespace TenantHub.Storage.Sql;

/// <summary>One step of the schema, for each database; empty where a database has nothing to do.</summary>
internal sealed partial record SchemaStep(string Sqlite, string Postgres)
{
    /// <summary>
    /// A step that is written once. Its types are TEXT, BIGINT and BYTES. PostgreSQL compares text by bytes then, as SQLite does, and
    /// not by the language that the database happens to have been created for.
    /// </summary>
    public static SchemaStep ForBoth(string sql) => new(Bytes().Replace(sql, "BLOB"), Bytes().Replace(Text().Replace(sql, "TEXT COLLATE \"C\""), "BYTEA"));

    /// <summary>The step with something after it that each database says in its own words.</summary>
    public SchemaStep Then(string sqlite, string postgres) => new(Sqlite + sqlite, Postgres + postgres);

    [GeneratedRegex(@"\bBYTES\b")]
    private static partial Regex Bytes();

    [GeneratedRegex(@"\bTEXT\b")]
    private static partial Regex Text();
}
