using System.Text.RegularExpressions;

namespace TenantHub.Storage.Sql;

/// <summary>Our tables, in the steps that lie as files in the folder Schema; its README says how they are named and written.</summary>
internal static partial class Schema
{
    private const string Folder = "Schema/";

    public static readonly IReadOnlyList<SchemaStep> Steps = Load();

    public static int Latest => Steps.Count;

    /// <summary>Checks that a database which has taken steps has the tables that they make: one that somebody has dropped is made by no
    /// step again.</summary>
    /// <exception cref="StorageException">One is missing.</exception>
    public static void CheckTables(string database, IEnumerable<string> steps, IEnumerable<string> present)
    {
        var made = steps.SelectMany(step => Made().Matches(step)).Select(match => match.Groups["name"].Value);
        var missing = made.Except(present, StringComparer.OrdinalIgnoreCase).ToList();
        if (missing.Count > 0)
            throw new StorageException(
                $"The database {database} is damaged: it lacks {string.Join(", ", missing)}. Restore it from a backup (deploy/runbook.md, Restore)."
            );
    }

    /// <summary>What a database says that has a step's tables, columns or rows already, and less steps than that by its own count.</summary>
    public static StorageException AlreadyThere(string database, int version, string what, Exception inner) =>
        new(
            $"The database {database} has schema version {version}, and something of a later one is there already ({what.TrimEnd('.')}). Its version was changed, a backup was put back in part, or another program has its tables there. Restore it from a backup (deploy/runbook.md, Restore), or give TenantHub a database of its own. Nothing was changed.",
            inner
        );

    private static SchemaStep[] Load()
    {
        var files = typeof(Schema).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal));
        var steps = files.Order(StringComparer.Ordinal).GroupBy(name => name.Substring(Folder.Length, "0001".Length));
        return [.. steps.Select(step => step.Select(Read).Aggregate((before, next) => before + next))];
    }

    private static SchemaStep Read(string name)
    {
        using var reader = new StreamReader(typeof(Schema).Assembly.GetManifestResourceStream(name)!);
        var sql = reader.ReadToEnd();
        if (name.EndsWith(".sqlite.sql", StringComparison.Ordinal))
            return new SchemaStep(sql, "");
        if (name.EndsWith(".postgres.sql", StringComparison.Ordinal))
            return new SchemaStep("", sql);

        // PostgreSQL compares text by bytes then, as SQLite does, and not by the language that the database happens to have been created
        // for.
        return new SchemaStep(Bytes().Replace(sql, "BLOB"), Bytes().Replace(Text().Replace(sql, "TEXT COLLATE \"C\""), "BYTEA"));
    }

    [GeneratedRegex(@"\bCREATE TABLE (?<name>\w+)")]
    private static partial Regex Made();

    [GeneratedRegex(@"\bBYTES\b")]
    private static partial Regex Bytes();

    [GeneratedRegex(@"\bTEXT\b")]
    private static partial Regex Text();
}
