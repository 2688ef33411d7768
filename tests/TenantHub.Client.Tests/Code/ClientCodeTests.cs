using TenantHub.Autodesk.Catalog;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Client.Code;

/// <summary>
/// The client's methods, inputs and error codes are written from the catalog and checked in. After a change of the catalog run these tests
/// with UPDATE_CONTRACTS=1 and commit the result.
/// </summary>
public sealed class ClientCodeTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Fact]
    public void Actions_AreAsTheCatalogHasThem()
    {
        var folder = Path.Combine(Repository.Root, "src/TenantHub.Client/Actions/Generated");
        var wanted = ActionCode.Files(Catalog);
        if (IsUpdate)
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
            foreach (var (name, text) in wanted)
                File.WriteAllText(Path.Combine(folder, name), text);
        }

        Assert.Equal(wanted.Keys.Order(), Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        foreach (var (name, text) in wanted)
            Assert.Equal(File.ReadAllText(Path.Combine(folder, name)), text);
    }

    [Fact]
    public void ErrorCodes_AreTheServers()
    {
        var file = Path.Combine(Repository.Root, "src/TenantHub.Client/Errors/Generated/ErrorCodes.cs");
        var text = ErrorCodesCode.Write();
        if (IsUpdate)
            File.WriteAllText(file, text);

        Assert.Equal(File.ReadAllText(file), text);
    }

    private static bool IsUpdate => Environment.GetEnvironmentVariable("UPDATE_CONTRACTS") == "1";
}
