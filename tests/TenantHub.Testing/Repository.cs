namespace TenantHub.Testing;

/// <summary>The folder of the repository, for tests that read what is checked in.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "TenantHub.sln")))
            directory = directory.Parent!;
        return directory.FullName;
    }
}
