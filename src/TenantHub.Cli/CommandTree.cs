using System.Xml.Linq;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Actions;
using TenantHub.Cli.Agents;
using TenantHub.Cli.Approvals;
using TenantHub.Cli.Calls;
using TenantHub.Cli.Completion;
using TenantHub.Cli.Events;
using TenantHub.Cli.Files;
using TenantHub.Cli.Keys;
using TenantHub.Cli.Load;
using TenantHub.Cli.Login;
using TenantHub.Cli.Quotas;
using TenantHub.Cli.Recordings;

namespace TenantHub.Cli;

/// <summary>The list of commands: the table of contents of the command line.</summary>
internal static class CommandTree
{
    /// <summary>The words that are no commands without another one behind them.</summary>
    public static readonly string[] Branches =
    [
        "profiles",
        "accounts",
        "files",
        "approvals",
        "recordings",
        "quotas",
        "keys",
        "subscriptions",
        "events",
    ];

    /// <summary>Runs one command line; gives its exit code.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        if (Arguments.FindFault(arguments) is { } fault)
        {
            Terminal.Say(fault);
            return ExitCode.Usage;
        }

        var help = Arguments.AskForHelp(arguments) ? Terminal.Tables : Terminal.Words;
        var code = await Create(help).RunAsync(arguments, cancellationToken);
        var lacksCommand = arguments is [] || (arguments is [var only] && Branches.Contains(only));
        return lacksCommand ? ExitCode.Usage : code;
    }

    /// <summary>The commands with their arguments and options, in the parser's own words.</summary>
    public static async Task<XElement> DescribeAsync(CancellationToken cancellationToken)
    {
        using var text = new StringWriter();
        await Create(Shell.To(text, isFile: true)).RunAsync(["cli", "xmldoc"], cancellationToken);
        return XElement.Parse(text.ToString());
    }

    /// <param name="help">Where help goes.</param>
    private static CommandApp Create(IAnsiConsole help)
    {
        var app = new CommandApp();
        app.Configure(commands =>
        {
            commands.SetApplicationName("tenanthub");
            commands.UseAssemblyInformationalVersion();
            commands.UseStrictParsing();
            commands.ConfigureConsole(help);
            commands.SetExceptionHandler((exception, _) => Failure.Tell(exception));
            commands.AddCommand<LoginCommand>("login").WithDescription("Keeps an address and a key as a profile");
            commands.AddBranch(
                "profiles",
                profiles =>
                {
                    profiles.SetDescription("Lists, chooses and removes profiles of the command line");
                    profiles.AddCommand<ListProfilesCommand>("list").WithDescription("Lists the profiles; * is the one in use");
                    profiles.AddCommand<UseProfileCommand>("use").WithDescription("Chooses the profile that is used when none is named");
                    profiles.AddCommand<RemoveProfileCommand>("remove").WithDescription("Forgets a profile and its key (--yes)");
                }
            );
            commands.AddCommand<LinkCommand>("link").WithDescription("Links an account, or makes a link for the customer");
            commands.AddBranch(
                "accounts",
                accounts =>
                {
                    accounts.SetDescription("Lists accounts, and stops, resumes and unlinks one");
                    accounts.AddCommand<ListAccountsCommand>("list").WithDescription("Lists accounts");
                    accounts.AddCommand<ShowAccountCommand>("show").WithDescription("Shows an account and what it is doing");
                    accounts.AddCommand<SuspendAccountCommand>("suspend").WithDescription("Stops an account");
                    accounts.AddCommand<ResumeAccountCommand>("resume").WithDescription("Lets a stopped account work again");
                    accounts
                        .AddCommand<UnlinkAccountCommand>("unlink")
                        .WithDescription("Unlinks an account and destroys its secrets (--yes)");
                }
            );
            commands.AddCommand<AccountNamesCommand>("account-names").IsHidden();
            commands.AddCommand<DoctorCommand>("doctor").WithDescription("Looks whether an account works: what is wrong and what to do");
            commands.AddCommand<ListActionsCommand>("actions").WithDescription("Lists the actions");
            commands.AddCommand<RunActionCommand>("run").WithDescription("Runs an action");
            commands.AddCommand<PlanActionCommand>("plan").WithDescription("Tells what an action would send and wait for; sends nothing");
            commands.AddBranch(
                "files",
                files =>
                {
                    files.SetDescription("Sends, fetches and lists files");
                    files.AddCommand<UploadCommand>("up").WithDescription("Sends a file of any size");
                    files.AddCommand<DownloadCommand>("down").WithDescription("Fetches a file");
                    files.AddCommand<TreeCommand>("tree").WithDescription("Lists everything below a folder");
                }
            );
            commands.AddCommand<LoadCommand>("load").WithDescription("Runs an action at a rate for a time: counts, times, errors by class");
            commands.AddCommand<McpCommand>("mcp").WithDescription("Is an MCP server on stdin and stdout, for agents that know no HTTP");
            commands.AddCommand<TailCommand>("tail").WithDescription("Follows the calls as they come");
            commands.AddBranch(
                "approvals",
                approvals =>
                {
                    approvals.SetDescription("Lists and decides calls that need a person");
                    approvals.AddCommand<ListApprovalsCommand>("list").WithDescription("Lists the calls that wait for a person");
                    approvals.AddCommand<ShowApprovalCommand>("show").WithDescription("Shows a call and what became of it");
                    approvals.AddCommand<ApproveCommand>("approve").WithDescription("Lets a call be made once (--yes)");
                    approvals.AddCommand<RefuseCommand>("refuse").WithDescription("Refuses a call (--yes)");
                }
            );
            commands.AddBranch(
                "recordings",
                recordings =>
                {
                    recordings.SetDescription("Records the next calls of an account with their bodies");
                    recordings.AddCommand<StartRecordingCommand>("start").WithDescription("Records the next calls, for 15 minutes at most");
                    recordings.AddCommand<ListRecordingsCommand>("list").WithDescription("Lists what was recorded within a day");
                    recordings.AddCommand<ShowRecordingCommand>("show").WithDescription("Shows a recorded call with its bodies");
                    recordings.AddCommand<StopRecordingCommand>("stop").WithDescription("Stops recording; what was recorded stays");
                }
            );
            commands.AddBranch(
                "quotas",
                quotas =>
                {
                    quotas.SetDescription("Shows and changes Autodesk's limits");
                    quotas.AddCommand<ListQuotasCommand>("list").WithDescription("Lists the limits and their use");
                    quotas.AddCommand<SetQuotaCommand>("set").WithDescription("Sets a limit, or gives the published one back");
                    quotas.AddCommand<ResumeQuotaCommand>("resume").WithDescription("Lifts a pause");
                }
            );
            commands.AddCommand<RotateCommand>("rotate").WithDescription("Gives an account or a connector profile a new client secret");
            commands.AddBranch(
                "keys",
                keys =>
                {
                    keys.SetDescription("Lists, makes and revokes API keys");
                    keys.AddCommand<ListKeysCommand>("list").WithDescription("Lists the keys");
                    keys.AddCommand<CreateKeyCommand>("create").WithDescription("Makes a key; its text is the only data on stdout");
                    keys.AddCommand<RevokeKeyCommand>("revoke").WithDescription("Ends a key (--yes)");
                }
            );
            commands.AddBranch(
                "subscriptions",
                subscriptions =>
                {
                    subscriptions.SetDescription("What Autodesk is to tell of an account");
                    subscriptions.AddCommand<ListSubscriptionsCommand>("list").WithDescription("Lists an account's subscriptions");
                    subscriptions
                        .AddCommand<CreateSubscriptionCommand>("create")
                        .WithDescription("Has Autodesk tell what changes in a project, a folder or everywhere");
                    subscriptions.AddCommand<RemoveSubscriptionCommand>("remove").WithDescription("Ends a subscription (--yes)");
                    subscriptions
                        .AddCommand<RotateSubscriptionCommand>("rotate")
                        .WithDescription("Gives a subscription's hooks new secrets");
                    subscriptions
                        .AddCommand<CheckAddressCommand>("check")
                        .WithDescription("Calls the address that Autodesk is given, as Autodesk would");
                }
            );
            commands.AddBranch(
                "events",
                events =>
                {
                    events.SetDescription("Where events go, what became of them, and what Autodesk has told");
                    events.AddCommand<ListEndpointsCommand>("list").WithDescription("Lists the addresses that are told");
                    events.AddCommand<AddEndpointCommand>("add").WithDescription("Registers an address; prints its secret once");
                    events.AddCommand<RemoveEndpointCommand>("remove").WithDescription("Sends nothing more to an address (--yes)");
                    events
                        .AddCommand<RotateEndpointCommand>("rotate")
                        .WithDescription("Makes a new secret; the old one signs for a day, too");
                    events.AddCommand<ListDeliveriesCommand>("deliveries").WithDescription("Lists what was sent to an address");
                    events.AddCommand<ReadFeedCommand>("feed").WithDescription("Lists what Autodesk has told of an account, in order");
                    events.AddCommand<ResendEventsCommand>("resend").WithDescription("Sends events of the feed to the addresses once more");
                    events.AddCommand<ReplayCommand>("replay").WithDescription("Sends an event again, or all that were not taken");
                }
            );
            commands.AddCommand<ListenCommand>("listen").WithDescription("Shows events, and passes them on to a local address");
            commands.AddCommand<ReplayCommand>("replay").WithDescription("The same as events replay");
            commands.AddCommand<CompletionCommand>("completion").WithDescription("Prints what makes bash or zsh complete this command");
        });
        return app;
    }
}
