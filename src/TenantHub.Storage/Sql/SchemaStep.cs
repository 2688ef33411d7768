namespace TenantHub.Storage.Sql;

/// <summary>One step of the schema, for each database; empty where a database has nothing to do.</summary>
internal sealed record SchemaStep(string Sqlite, string Postgres)
{
    public static SchemaStep operator +(SchemaStep step, SchemaStep next) => new(step.Sqlite + next.Sqlite, step.Postgres + next.Postgres);
}
