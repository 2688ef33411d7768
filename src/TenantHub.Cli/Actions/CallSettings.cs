using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Client.Actions;

namespace TenantHub.Cli.Actions;

/// <summary>What a call is given.</summary>
internal class CallSettings : ConnectionSettings
{
    [CommandArgument(0, "<ACTION>")]
    [Description("The action's id; autodesk_ may be left out: list_hubs")]
    public required string Action { get; init; }

    [CommandOption("-a|--account <ACCOUNT>", true)]
    [Description("The account's id, label or owner")]
    public required string Account { get; init; }

    [CommandOption("--path <NAME=VALUE>")]
    [Description("A value of the path; may be repeated")]
    public string[] Path { get; init; } = [];

    [CommandOption("-q|--query <NAME=VALUE>")]
    [Description("A value of the query; may be repeated, also with the same name")]
    public string[] Query { get; init; } = [];

    [CommandOption("--header <NAME=VALUE>")]
    [Description("A header for Autodesk; may be repeated")]
    public string[] Headers { get; init; } = [];

    [CommandOption("-b|--body <JSON>")]
    [Description("The JSON body; @file reads a file, @- stdin")]
    public string? Body { get; init; }

    [CommandOption("--wait <SECONDS>")]
    [Description("How long the call may wait in all, 0 to 120; 30 when it is not given")]
    public int? Wait { get; init; }

    [CommandOption("--bulk")]
    [Description("Let calls go before that people wait for")]
    public bool Bulk { get; init; }

    [CommandOption("--idempotency-key <KEY>")]
    [Description("The key under which a write is carried out once; made up when it is not given")]
    public string? IdempotencyKey { get; init; }

    public string ActionId => IdOf(Action);

    public ActionOptions Options =>
        new()
        {
            MaxWait = Wait is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            IsBulk = Bulk,
            IdempotencyKey = IdempotencyKey,
        };

    public static string IdOf(string action) => action.Contains("autodesk_", StringComparison.Ordinal) ? action : "autodesk_" + action;

    public override ValidationResult Validate()
    {
        if (Path.Concat(Query).Concat(Headers).FirstOrDefault(pair => pair.IndexOf('=', StringComparison.Ordinal) < 1) is { } wrong)
            return ValidationResult.Error($"\"{wrong}\" must be NAME=VALUE.");
        if (IdempotencyKey is { } key && (key.Any(letter => letter is < ' ' or > '~') || key != key.Trim()))
            return ValidationResult.Error("--idempotency-key must be printable ASCII without spaces at its ends.");
        return Wait is < 0 or > 120
            ? ValidationResult.Error(string.Create(CultureInfo.InvariantCulture, $"--wait {Wait} must be 0 to 120."))
            : base.Validate();
    }

    public ActionInput ToInput() =>
        new()
        {
            Path = Path.Select(Split).ToDictionary(pair => pair.Name, pair => pair.Value),
            Query = Query
                .Select(Split)
                .GroupBy(pair => pair.Name)
                .ToDictionary(same => same.Key, IReadOnlyList<string> (same) => [.. same.Select(pair => pair.Value)]),
            Headers = Headers.Select(Split).ToDictionary(pair => pair.Name, pair => pair.Value),
            Body = Body is null ? null : ReadBody(Body),
        };

    private static (string Name, string Value) Split(string pair) =>
        pair.Split('=', 2) is [var name, var value] ? (name, value) : (pair, "");

    private static JsonElement ReadBody(string body)
    {
        var text =
            body is "@-" ? Terminal.Input.ReadToEnd()
            : body is ['@', .. var file] ? File.ReadAllText(file)
            : body;
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new CliException(ExitCode.Usage, $"--body is not JSON: {exception.Message}");
        }
    }
}
