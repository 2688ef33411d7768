using TenantHub.Client.Accounts;
using TenantHub.Client.Http;

namespace TenantHub.Client.Profiles;

/// <summary>The connector profiles.</summary>
public sealed class ProfilesClient
{
    private readonly ClientConnection _connection;

    internal ProfilesClient(ClientConnection connection) => _connection = connection;

    /// <summary>Creates a profile.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ConnectorProfile> CreateAsync(NewProfile profile, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            "/profiles",
            profile,
            ClientJson.Default.NewProfile,
            ClientJson.Default.ConnectorProfile,
            cancellationToken
        );

    /// <summary>Lists the profiles.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<ConnectorProfile> ListAsync(CancellationToken cancellationToken = default) =>
        NumberedPages.ReadAsync(_connection, "/profiles", ClientJson.Default.IReadOnlyListConnectorProfile, cancellationToken);

    /// <summary>Gets a profile.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ConnectorProfile> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(Path(id), ClientJson.Default.ConnectorProfile, cancellationToken);

    /// <summary>Changes what is set in the change; the rest stays. All accounts of the profile are verified again.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="change">What is changed.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ConnectorProfile> UpdateAsync(string id, ProfileChange change, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Patch,
            Path(id),
            change,
            ClientJson.Default.ProfileChange,
            ClientJson.Default.ConnectorProfile,
            cancellationToken
        );

    /// <summary>Tells what a change of the enabled actions would mean; nothing is changed.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ProfilePreview> PreviewAsync(string id, ProfileChange change, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            Path(id) + "/preview",
            change,
            ClientJson.Default.ProfileChange,
            ClientJson.Default.ProfilePreview,
            cancellationToken
        );

    /// <summary>Sets the limits; what is null has TenantHub's default.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ConnectorProfile> SetLimitsAsync(string id, ProfileLimits limits, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Put,
            Path(id) + "/limits",
            limits,
            ClientJson.Default.ProfileLimits,
            ClientJson.Default.ConnectorProfile,
            cancellationToken
        );

    /// <summary>Changes the secret of the profile's app: tried first, and the one before is held for a day.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="credentials">The app with its new secret.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ConnectorProfile> RotateAsync(string id, AppCredentials credentials, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            Path(id) + "/credentials",
            credentials,
            ClientJson.Default.AppCredentials,
            ClientJson.Default.ConnectorProfile,
            cancellationToken
        );

    /// <summary>Retires a profile: its accounts go on, and no new ones are linked with it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ConnectorProfile> RetireAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Delete, Path(id), ClientJson.Default.ConnectorProfile, cancellationToken);

    private static string Path(string id) => "/profiles/" + Uri.EscapeDataString(id);
}
