namespace TenantHub.Autodesk.Catalog;

/// <summary>What TenantHub itself uses an action for. The catalog gives each role to exactly one action, so that no code names
/// actions.</summary>
public enum ActionRole
{
    /// <summary>The doctor sees by it whether the account and its region are open to the app.</summary>
    ListsHubs,

    /// <summary>The doctor sees by it whether the account knows the app; it also finds users by their other id.</summary>
    ListsMembers,

    /// <summary>The doctor sees by it what the acting user may do.</summary>
    ShowsMember,

    /// <summary>The doctor looks in it for a word that only an account admin can have put there.</summary>
    ListsCompanies,

    /// <summary>The doctor looks in it for the same word.</summary>
    ListsBusinessUnits,

    /// <summary>Could put the same word there, so that its bodies are looked at.</summary>
    NamesBusinessUnits,

    /// <summary>The cheapest look that shows whether the Webhooks API is switched on.</summary>
    ListsWebhooks,

    /// <summary>The cheapest look that shows whether the Data Management API is switched on.</summary>
    ListsBuckets,

    /// <summary>Shows whether a project is the account's, for actions that use the Data Management API.</summary>
    ProvesProject,

    /// <summary>Shows the same for account-admin actions. Callers cannot run it.</summary>
    ProvesAccountProject,

    /// <summary>Shows whether a folder lies in a project.</summary>
    ProvesFolder,

    /// <summary>Shows whether a version lies in a project.</summary>
    ProvesVersion,
}
