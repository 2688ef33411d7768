using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace TenantHub.Cli.Output;

/// <summary>A column of a table.</summary>
internal sealed record Column<T>(string Name, Func<T, object?> Value);

/// <summary>Prints data: a list or one thing, as a table, as JSON or as lines of JSON.</summary>
internal static class Printer
{
    private static readonly JsonSerializerOptions Line = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Document = new(Line) { WriteIndented = true };

    /// <summary>Prints a list. Lines are printed as the entries come; a table and a document need them all.</summary>
    public static async Task ListAsync<T>(OutputFormat format, IAsyncEnumerable<T> entries, params Column<T>[] columns)
    {
        if (format is OutputFormat.Jsonl)
        {
            await foreach (var entry in entries)
                Terminal.Print(JsonSerializer.Serialize(entry, Line));
            return;
        }

        var all = new List<T>();
        await foreach (var entry in entries)
            all.Add(entry);
        if (format is OutputFormat.Json)
            Terminal.Print(JsonSerializer.Serialize(all, Document));
        else
            Print(all, columns);
    }

    public static Task ListAsync<T>(OutputFormat format, IEnumerable<T> entries, params Column<T>[] columns) =>
        ListAsync(format, entries.ToAsyncEnumerable(), columns);

    /// <summary>Prints one thing; in a table each of its columns has a line.</summary>
    public static void One<T>(OutputFormat format, T thing, params Column<T>[] columns)
    {
        if (format is not OutputFormat.Table)
        {
            Terminal.Print(JsonSerializer.Serialize(thing, format is OutputFormat.Json ? Document : Line));
            return;
        }

        var table = NewTable("", "").HideHeaders();
        foreach (var column in columns)
            table.AddRow(new Text(column.Name), Cell(column.Value(thing)));
        Terminal.Tables.Write(table);
    }

    /// <summary>Prints a table beside other data that is for people.</summary>
    public static void Table<T>(IReadOnlyList<T> entries, params Column<T>[] columns) => Print(entries, columns);

    private static void Print<T>(IReadOnlyList<T> entries, Column<T>[] columns)
    {
        if (entries.Count == 0)
        {
            Terminal.Say("None.");
            return;
        }

        var table = NewTable([.. columns.Select(column => column.Name)]);
        foreach (var entry in entries)
            table.AddRow(columns.Select(column => Cell(column.Value(entry))));
        Terminal.Tables.Write(table);
    }

    private static Table NewTable(params string[] names)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var name in names)
            table.AddColumn(new TableColumn(Markup.Escape(name)).PadLeft(0).PadRight(2));
        return table;
    }

    /// <summary>Plain text: in markup even an escaped <c>:bucket:</c> would become a picture.</summary>
    private static Text Cell(object? value) =>
        new(
            value switch
            {
                null => "",
                DateTimeOffset at => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}",
                IEnumerable<string> texts => string.Join(", ", texts),
                JsonElement json => json.ToString(),
                _ => FormattableString.Invariant($"{value}"),
            }
        );
}
