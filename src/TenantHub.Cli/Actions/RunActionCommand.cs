using System.ComponentModel;
using System.Net;
using System.Text.Json;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Actions;

namespace TenantHub.Cli.Actions;

internal sealed class RunActionSettings : CallSettings
{
    [CommandOption("--all")]
    [Description("All pages: prints the rows, one line for each with --output jsonl")]
    public bool All { get; init; }

    [CommandOption("--file <FILE>")]
    [Description("The file of an action that carries one; - is stdin")]
    public string? File { get; init; }

    [CommandOption("--yes")]
    [Description("Deletes without asking; a script has to give it")]
    public bool Yes { get; init; }
}

/// <summary>Runs an action and prints Autodesk's answer; where it is not the last page, its cursor goes to stderr.</summary>
internal sealed class RunActionCommand : ConnectedCommand<RunActionSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, RunActionSettings settings, CancellationToken cancellationToken)
    {
        Confirm(settings);
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        if (settings.All)
        {
            IAsyncEnumerable<JsonElement> rows;
            try
            {
                rows = account.RowsAsync(settings.ActionId, settings.ToInput(), settings.Options, cancellationToken);
            }
            catch (ArgumentException)
            {
                throw new CliException(ExitCode.Usage, $"{settings.ActionId} has no pages; leave --all out.");
            }

            await Printer.ListAsync(settings.Format is OutputFormat.Table ? OutputFormat.Jsonl : settings.Format, rows);
            return ExitCode.Done;
        }

        ActionAnswer answer;
        try
        {
            answer = await RunAsync(account, settings, cancellationToken);
        }
        catch (TenantHubException error)
            when (error
                    is { IdempotencyKey: not null, Status: null or < HttpStatusCode.BadRequest or >= HttpStatusCode.InternalServerError }
            )
        {
            var code = Failure.Tell(error);
            Terminal.Say($"To repeat exactly this write: --idempotency-key {error.IdempotencyKey}");
            return code;
        }

        Printer.One(settings.Format is OutputFormat.Table ? OutputFormat.Json : settings.Format, answer.Data);
        if (answer.Next is not null)
            Terminal.Say($"More: --query next={answer.Next}, or --all");
        if (answer.Origin is not null)
            Terminal.Say($"Nothing was sent anew: the answer is a {answer.Origin}.");
        return ExitCode.Done;
    }

    private static async Task<ActionAnswer> RunAsync(AccountClient account, RunActionSettings settings, CancellationToken cancellationToken)
    {
        var (action, input, options) = (settings.ActionId, settings.ToInput(), settings.Options);
        if (settings.File is null)
            return await account.RunAsync(action, input, options, cancellationToken);
        await using var file = settings.File is "-" ? Terminal.RawInput() : System.IO.File.OpenRead(settings.File);
        return await account.RunFileAsync(action, input, file, options, cancellationToken);
    }

    private static void Confirm(RunActionSettings settings)
    {
        if (AutodeskActions.SafetyOf(settings.ActionId) is not ActionSafety.Destructive)
            return;
        new DestructiveSettings { Yes = settings.Yes }.Confirm($"{settings.ActionId} destroys what is there.");
    }
}
