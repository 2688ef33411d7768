using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace TenantHub.Cli.Output;

/// <summary>A column of a table.</summary>
internal sealed record Column<T>(string Name, Func<T, object?> Value)
{
    /// <summary>Gets whether people copy what stands in it: it is never broken nor cut.</summary>
    public bool IsId { get; init; }
}

/// <summary>Prints data: a list or one thing, as a table, as JSON or as lines of JSON.</summary>
internal static class Printer
{
    private const int Gap = 2;
    private const int ReadableLetters = 12;

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

        var rows = entries.Select(entry => columns.Select(column => Words(column.Value(entry))).ToList()).ToList();
        var shown = Fit(columns, rows, Terminal.Tables.Profile.Width);
        var table = NewTable([.. shown.Select(column => columns[column].Name)]);
        foreach (var (column, place) in shown.Select((column, place) => (columns[column], place)))
            table.Columns[place].NoWrap = column.IsId;
        foreach (var row in rows)
            table.AddRow(shown.Select(column => new Text(row[column])));
        Terminal.Tables.Write(table);
        if (shown.Count < columns.Length)
        {
            var left = columns.Where((_, column) => !shown.Contains(column)).Select(column => column.Name);
            Terminal.Say($"Without room on this terminal: {string.Join(", ", left)}. A wider one shows them, and --output json.");
        }
    }

    /// <summary>The columns that a terminal has room for: ids whole, of others at least what can be read. The last go first.</summary>
    private static List<int> Fit<T>(Column<T>[] columns, List<List<string>> rows, int width)
    {
        var shown = Enumerable.Range(0, columns.Length).ToList();
        while (shown.Sum(Needed) > width && shown.FindLast(column => column > 0 && !columns[column].IsId) is var last and > 0)
            shown.Remove(last);
        return shown;

        int Needed(int column)
        {
            var whole = rows.Max(row => row[column].Length);
            return Gap + Math.Max(columns[column].Name.Length, columns[column].IsId ? whole : Math.Min(whole, ReadableLetters));
        }
    }

    private static Table NewTable(params string[] names)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var name in names)
            table.AddColumn(new TableColumn(Markup.Escape(name)).PadLeft(0).PadRight(Gap));
        return table;
    }

    /// <summary>Plain text: in markup even an escaped <c>:bucket:</c> would become a picture.</summary>
    private static Text Cell(object? value) => new(Words(value));

    private static string Words(object? value) =>
        Terminal.Clean(
            value switch
            {
                null => "",
                string text => text.ReplaceLineEndings(" "), // A name with a line break must not look like a row.
                DateTimeOffset at => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}",
                IEnumerable<string> texts => string.Join(", ", texts),
                JsonElement json => json.ToString(),
                _ => FormattableString.Invariant($"{value}"),
            }
        );
}
