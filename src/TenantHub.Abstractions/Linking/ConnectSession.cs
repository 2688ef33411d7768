using TenantHub.Accounts;
using TenantHub.Errors;

namespace TenantHub.Linking;

/// <summary>A connect session without its token.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.connect-session-description")]
public sealed record ConnectSession
{
    /// <summary>Gets the session's number; it opens nothing.</summary>
    [Id(0)]
    public required long Number { get; init; }

    /// <summary>Gets what was asked for.</summary>
    [Id(1)]
    public required ConnectSessionRequest Request { get; init; }

    /// <summary>Gets when it was opened.</summary>
    [Id(2)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets when it ends, used or not.</summary>
    [Id(3)]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets how far it has come.</summary>
    [Id(4)]
    public required ConnectSessionPhase Phase { get; init; }

    /// <summary>Gets what the form asks for.</summary>
    [Id(5)]
    public required LinkForm Form { get; init; }

    /// <summary>Gets the account when it is linked.</summary>
    [Id(6)]
    public AccountDescription? Account { get; init; }

    /// <summary>Gets the doctor's checks of the account.</summary>
    [Id(7)]
    public IReadOnlyList<ProvisioningCheck> Checks { get; init; } = [];

    /// <summary>Gets why the last form was refused; null when it was not.</summary>
    [Id(8)]
    public ServiceError? LastError { get; init; }
}

/// <summary>How far a session has come.</summary>
public enum ConnectSessionPhase
{
    /// <summary>The form is to be filled in.</summary>
    Open,

    /// <summary>The account is linked and does not work yet.</summary>
    Waiting,

    /// <summary>The account works; the token is used up.</summary>
    Completed,

    /// <summary>Its time is over.</summary>
    Expired,
}

/// <summary>What the form of a session asks for, and what is filled in already. Never a secret.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.link-form")]
public sealed record LinkForm
{
    /// <summary>Gets the client id that the account will use; null when the admin brings an own app.</summary>
    [Id(0)]
    public string? ClientId { get; init; }

    /// <summary>Gets whether client id and client secret are asked for.</summary>
    [Id(1)]
    public required bool AsksForCredentials { get; init; }

    /// <summary>Gets whether an acting user is asked for: some enabled action needs one.</summary>
    [Id(2)]
    public required bool AsksForActingUser { get; init; }

    /// <summary>Gets whether the account's own data are reached, so that a custom integration is needed.</summary>
    [Id(3)]
    public required bool NeedsCustomIntegration { get; init; }

    /// <summary>Gets whether the Autodesk account may still be chosen; not once it has been proven.</summary>
    [Id(4)]
    public required bool AsksForAccount { get; init; }

    /// <summary>Gets the filled in account id.</summary>
    [Id(5)]
    public string AccAccountId { get; init; } = "";

    /// <summary>Gets the filled in region.</summary>
    [Id(6)]
    public string Region { get; init; } = Regions.Default;

    /// <summary>Gets the filled in acting user.</summary>
    [Id(7)]
    public string ActAsUserId { get; init; } = "";

    /// <summary>Gets the filled in client id.</summary>
    [Id(8)]
    public string OwnClientId { get; init; } = "";
}

/// <summary>Opens a session: StackOne's ConnectSessionCreate, as far as it means something here, and the profile.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.connect-session-request")]
public sealed record ConnectSessionRequest
{
    /// <summary>Gets the Hub backend's id of its customer.</summary>
    [Id(0)]
    public required string OriginOwnerId { get; init; }

    /// <summary>Gets the customer's name.</summary>
    [Id(1)]
    public required string OriginOwnerName { get; init; }

    /// <summary>Gets the name of the person who links; carried along.</summary>
    [Id(2)]
    public string? OriginUsername { get; init; }

    /// <summary>Gets the account to relink; null to link a new one.</summary>
    [Id(3)]
    public string? AccountId { get; init; }

    /// <summary>Gets the connector profile; null when the admin brings an own app and all actions are enabled.</summary>
    [Id(4)]
    public string? ProfileId { get; init; }

    /// <summary>Gets the label of the new account.</summary>
    [Id(5)]
    public string? Label { get; init; }

    /// <summary>Gets <c>production</c> or <c>test</c>.</summary>
    [Id(6)]
    public string Type { get; init; } = "production";

    /// <summary>Gets how long the session is open.</summary>
    [Id(7)]
    public TimeSpan ExpiresIn { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Gets StackOne's categories; carried along.</summary>
    [Id(8)]
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Gets the caller's own data, a JSON object as text; carried along.</summary>
    [Id(9)]
    public string? Metadata { get; init; }
}

/// <summary>The filled in form.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.link-submission")]
public sealed record LinkSubmission
{
    /// <summary>Gets the account id: a UUID with or without <c>b.</c>, or an address of the account's pages that holds it.</summary>
    [Id(0)]
    public required string AccountIdText { get; init; }

    /// <summary>Gets the region.</summary>
    [Id(1)]
    public required string Region { get; init; }

    /// <summary>Gets the acting user.</summary>
    [Id(2)]
    public string? ActAsUserId { get; init; }

    /// <summary>Gets the client id of the admin's own app.</summary>
    [Id(3)]
    public string? ClientId { get; init; }

    /// <summary>Gets its secret.</summary>
    [Id(4)]
    public Secret? ClientSecret { get; init; }
}
