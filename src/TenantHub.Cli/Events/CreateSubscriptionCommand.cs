using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Events;

namespace TenantHub.Cli.Events;

internal sealed class CreateSubscriptionSettings : AccountEventSettings
{
    [CommandArgument(0, "<EVENTS>")]
    [Description("The events: dm.version.added, or a beginning and *, in quotes: 'dm.*'")]
    public required string[] Events { get; init; }

    [CommandOption("--project <ID>")]
    [Description("The project that is listened to")]
    public string? Project { get; init; }

    [CommandOption("--folder <ID>")]
    [Description("Only this folder of the project, with everything below it")]
    public string? Folder { get; init; }

    [CommandOption("--all-projects")]
    [Description("Every project of the account, also those that are made later")]
    public bool AllProjects { get; init; }

    [CommandOption("--filter <JSONPATH>")]
    [Description("Autodesk's filter: $[?(@.ext=='rvt')]")]
    public string? Filter { get; init; }

    public string Scope =>
        AllProjects ? "hub"
        : Folder is not null ? "folder"
        : "project";

    public override ValidationResult Validate() =>
        AllProjects == Project is not null ? ValidationResult.Error("Give either --project (and --folder with it) or --all-projects.")
        : AllProjects && Folder is not null ? ValidationResult.Error("--folder goes with --project, not with --all-projects.")
        : base.Validate();
}

/// <summary>Has Autodesk tell what changes. Given again it is the same subscription.</summary>
internal sealed class CreateSubscriptionCommand : ConnectedCommand<CreateSubscriptionSettings>
{
    protected override async Task<int> RunAsync(
        TenantHubClient hub,
        CreateSubscriptionSettings settings,
        CancellationToken cancellationToken
    )
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        var made = await account.Subscriptions.CreateAsync(
            new NewSubscription
            {
                Events = settings.Events,
                Scope = settings.Scope,
                ProjectId = settings.Project,
                FolderId = settings.Folder,
                Filter = settings.Filter,
            },
            cancellationToken
        );
        Printer.One(settings.Format, made, SubscriptionColumns.One);
        Terminal.Say($"What it tells: tenanthub events feed --account {account.Id}");
        return ExitCode.Done;
    }
}
