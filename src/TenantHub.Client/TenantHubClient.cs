using TenantHub.Client.Accounts;
using TenantHub.Client.Actions;
using TenantHub.Client.Approvals;
using TenantHub.Client.Audit;
using TenantHub.Client.Calls;
using TenantHub.Client.ConnectSessions;
using TenantHub.Client.Events;
using TenantHub.Client.Http;
using TenantHub.Client.Keys;
using TenantHub.Client.Profiles;
using TenantHub.Client.Quotas;

namespace TenantHub.Client;

/// <summary>
/// TenantHub over HTTP. Safe for use by any number of threads; one for a process is enough. Every method throws <see
/// cref="TenantHubException"/>
/// when TenantHub says no or cannot be reached.
/// </summary>
public sealed class TenantHubClient
{
    private readonly ClientConnection _connection;

    internal TenantHubClient(ClientConnection connection)
    {
        _connection = connection;
        Accounts = new AccountsClient(connection);
        Actions = new ActionsClient(connection);
        ConnectSessions = new ConnectSessionsClient(connection);
        Profiles = new ProfilesClient(connection);
        Keys = new KeysClient(connection);
        Quotas = new QuotasClient(connection);
        Calls = new CallsClient(connection);
        EventEndpoints = new EventEndpointsClient(connection);
        Audit = new AuditClient(connection);
        Conflicts = new ConflictsClient(connection);
        Approvals = new ApprovalsClient(connection);
    }

    /// <summary>Gets the linked accounts: link and list. One of them is had by <see cref="Account"/>.</summary>
    public AccountsClient Accounts { get; }

    /// <summary>Gets the list of actions.</summary>
    public ActionsClient Actions { get; }

    /// <summary>Gets the links with which customers link their accounts.</summary>
    public ConnectSessionsClient ConnectSessions { get; }

    /// <summary>Gets the connector profiles.</summary>
    public ProfilesClient Profiles { get; }

    /// <summary>Gets the API keys.</summary>
    public KeysClient Keys { get; }

    /// <summary>Gets Autodesk's limits and their use.</summary>
    public QuotasClient Quotas { get; }

    /// <summary>Gets the call log.</summary>
    public CallsClient Calls { get; }

    /// <summary>Gets the addresses that are told of events.</summary>
    public EventEndpointsClient EventEndpoints { get; }

    /// <summary>Gets who changed what.</summary>
    public AuditClient Audit { get; }

    /// <summary>Gets the Autodesk accounts that more than one customer wants.</summary>
    public ConflictsClient Conflicts { get; }

    /// <summary>Gets the calls that wait for a person.</summary>
    public ApprovalsClient Approvals { get; }

    /// <summary>Calls the address that Autodesk is given for events, as Autodesk would (operators only).</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<EventAddress> CheckEventAddressAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync("/subscriptions/reachability", ClientJson.Default.EventAddress, cancellationToken);

    /// <summary>Gives one linked account; nothing is asked for.</summary>
    /// <param name="id">The account's id, <c>acc_...</c>.</param>
    /// <exception cref="ArgumentException">It has letters that no id has.</exception>
    public AccountClient Account(string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return new AccountClient(_connection, HeaderText.Check(id, nameof(id))!);
    }
}
