namespace TenantHub.LoadTests.Clusters;

/// <summary>What stands behind the hub: the emulator, which writes down what it saw; or a bare server that costs next to nothing.</summary>
internal interface IAutodesk : IAsyncDisposable
{
    Uri Address { get; }

    string ClientId { get; }

    Secret ClientSecret { get; }

    /// <summary>Makes accounts and sees to it that they can be linked.</summary>
    Task<IReadOnlyList<AutodeskAccount>> AddAccountsAsync(int count);
}
