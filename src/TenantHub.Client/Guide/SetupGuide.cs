namespace TenantHub.Client.Guide;

/// <summary>What an Autodesk app needs for a choice of actions, step by step.</summary>
/// <param name="Actions">The actions.</param>
/// <param name="Scopes">The scopes, with the actions that need them.</param>
/// <param name="ApiProducts">The API products that have to be enabled.</param>
/// <param name="CustomIntegration">Whether customers have to add a custom integration.</param>
/// <param name="ActingUser">Whether an acting user is needed.</param>
/// <param name="Steps">The steps.</param>
/// <param name="Url">The guide as a page, for whoever makes the app; no key is needed there.</param>
public sealed record SetupGuide(
    IReadOnlyList<string> Actions,
    IReadOnlyList<GuideGroup> Scopes,
    IReadOnlyList<GuideGroup> ApiProducts,
    GuideNeed CustomIntegration,
    GuideNeed ActingUser,
    IReadOnlyList<GuideStep> Steps,
    string Url
);

/// <summary>A scope or an API product.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is.</param>
/// <param name="Actions">The actions that need it.</param>
public sealed record GuideGroup(string Name, string? Description, IReadOnlyList<string> Actions);

/// <summary>Something that may be needed.</summary>
/// <param name="Needed">Whether it is.</param>
/// <param name="Actions">For which actions.</param>
public sealed record GuideNeed(bool Needed, IReadOnlyList<string> Actions);

/// <summary>One step.</summary>
/// <param name="Id">Its name for programs.</param>
/// <param name="Title">What to do, in a few words.</param>
/// <param name="Text">How.</param>
/// <param name="Items">What to select or to fill in.</param>
/// <param name="Warning">What goes wrong otherwise; null when nothing is to be said.</param>
public sealed record GuideStep(string Id, string Title, string Text, IReadOnlyList<GuideItem> Items, string? Warning);

/// <summary>Something to select, or a field with what to fill in.</summary>
/// <param name="Name">The thing or the field.</param>
/// <param name="Value">What belongs there, or what it is for.</param>
public sealed record GuideItem(string Name, string? Value);
