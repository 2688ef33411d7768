using System.ComponentModel;
using System.Runtime.CompilerServices;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Events;

namespace TenantHub.Cli.Events;

internal sealed class ReadFeedSettings : AccountEventSettings
{
    [CommandOption("--after <CURSOR>")]
    [Description("Where the reading before ended; the oldest event that is kept when it is not given")]
    public string? After { get; init; }

    [CommandOption("-n|--lines <COUNT>")]
    [Description("How many at most; all when it is not given")]
    public int? Lines { get; init; }

    public override ValidationResult Validate() =>
        Lines < 1 ? ValidationResult.Error($"-n {Lines}: it must be 1 or more.") : base.Validate();
}

/// <summary>Prints what Autodesk has told of an account, in order; the cursor after it goes to stderr.</summary>
internal sealed class ReadFeedCommand : ConnectedCommand<ReadFeedSettings>
{
    private const int PageSize = 1000;

    protected override async Task<int> RunAsync(TenantHubClient hub, ReadFeedSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        FeedPage? last = null;
        await Printer.ListAsync<FeedEvent>(
            settings.Format,
            ReadAsync(account.Events, settings, page => last = page, cancellationToken),
            new("Sequence", told => told.Data.Sequence) { IsId = true },
            new("Heard", told => told.Timestamp),
            new("Event", told => told.Data.Event) { IsId = true },
            new("Resource", told => told.Data.ResourceUrn),
            new("Project", told => told.Data.ProjectId),
            new("Recovered", told => told.Data.Recovered ? "yes" : ""),
            new("Id", told => told.Id)
        );
        Terminal.Say($"{(last!.HasMore ? "There is more" : "What comes later")}: --after {last.Next}");
        return ExitCode.Done;
    }

    private static async IAsyncEnumerable<FeedEvent> ReadAsync(
        EventFeedClient feed,
        ReadFeedSettings settings,
        Action<FeedPage> read,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (after, left) = (settings.After, settings.Lines ?? int.MaxValue);
        FeedPage page;
        do
        {
            page = await feed.ReadAsync(after, Math.Min(left, PageSize), cancellationToken);
            read(page);
            foreach (var told in page.Data)
                yield return told;
            (after, left) = (page.Next, left - page.Data.Count);
        } while (page.HasMore && left > 0);
    }
}
