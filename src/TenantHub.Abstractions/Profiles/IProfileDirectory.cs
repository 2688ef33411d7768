namespace TenantHub.Profiles;

/// <summary>The list of all connector profiles, kept beside the grains because grains cannot be listed. It is derived, like that of the
/// accounts.</summary>
public interface IProfileDirectory
{
    /// <summary>Puts in a row; a row with a higher revision stays.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task UpsertAsync(ProfileDescription profile, CancellationToken cancellationToken = default);

    /// <summary>Lists profiles by creation, oldest first.</summary>
    /// <param name="page">The page, from 1.</param>
    /// <param name="pageSize">The rows per page.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<ProfileDescription>> ListAsync(int page, int pageSize, CancellationToken cancellationToken = default);

    /// <summary>Gives what is listed of one profile; null when it is not listed.</summary>
    /// <param name="id">The profile.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<ProfileDescription?> FindAsync(string id, CancellationToken cancellationToken = default);
}
