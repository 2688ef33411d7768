using System.Reflection;
using System.Xml.Linq;
using TenantHub.Accounts;
using TenantHub.ApsEmulator;
using TenantHub.Autodesk.Catalog;
using TenantHub.Storage;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Architecture;

/// <summary>The arrows between the projects, and what no project may hold.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] ForbiddenFolders = ["Common", "Helpers", "Utils", "Services", "Managers", "Core", "Misc"];

    [Theory]
    [InlineData("TenantHub.Abstractions")]
    [InlineData("TenantHub.ApsEmulator")]
    [InlineData("TenantHub.Autodesk", "TenantHub.Abstractions")]
    [InlineData("TenantHub.Cli", "TenantHub.Client")]
    [InlineData("TenantHub.Client")]
    [InlineData("TenantHub.Grains", "TenantHub.Autodesk")]
    [InlineData("TenantHub.SampleBackend", "TenantHub.Client")]
    [InlineData("TenantHub.Storage", "TenantHub.Abstractions")]
    [InlineData("TenantHub.Server", "TenantHub.ApsEmulator", "TenantHub.Grains", "TenantHub.Storage")]
    public void Project_ReferencesOnlyWhatItMay(string project, params string[] allowed)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
        var references = file.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')));

        Assert.Equal(allowed.Order(), references.Order());
    }

    [Fact]
    public void Autodesk_KnowsNeitherOrleansRuntimeNorAspNet() =>
        AssertFreeOf(typeof(ActionCatalog).Assembly, "Orleans.Runtime", "Orleans.Server", "Microsoft.AspNetCore");

    [Fact]
    public void Grains_KnowNeitherAspNetNorADatabaseDriver() =>
        AssertFreeOf(Assembly.Load("TenantHub.Grains"), "Microsoft.AspNetCore", "Microsoft.Data.Sqlite", "Npgsql", "TenantHub.Storage");

    [Fact]
    public void Storage_KnowsNeitherGrainsNorAutodesk() =>
        AssertFreeOf(typeof(StorageOptions).Assembly, "TenantHub.Grains", "TenantHub.Autodesk");

    [Fact]
    public void Emulator_KnowsNothingOfOurs() =>
        Assert.DoesNotContain(
            typeof(EmulatorApplication).Assembly.GetReferencedAssemblies(),
            reference => reference.Name!.StartsWith("TenantHub", StringComparison.Ordinal)
        );

    /// <summary>Backends that reference the client get neither Orleans nor ASP.NET with it.</summary>
    [Fact]
    public void Client_BringsNeitherOrleansNorAspNet()
    {
        var locked = File.ReadAllText(Path.Combine(Repository.Root, "src/TenantHub.Client/packages.lock.json"));

        Assert.DoesNotContain("Orleans", locked, StringComparison.Ordinal);
        Assert.DoesNotContain("AspNetCore", locked, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_SayWhatIsInThem()
    {
        var folders = Directory
            .EnumerateDirectories(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
            .Select(Path.GetFileName);

        Assert.DoesNotContain(folders, name => ForbiddenFolders.Contains(name));
    }

    [Fact]
    public void Contracts_HaveStableAliases()
    {
        var contracts = typeof(ILinkedAccountGrain)
            .Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null);

        Assert.All(contracts, type => Assert.NotEmpty(type.GetCustomAttributes<AliasAttribute>()));
    }

    private static void AssertFreeOf(Assembly assembly, params string[] forbidden) =>
        Assert.DoesNotContain(
            assembly.GetReferencedAssemblies(),
            reference => forbidden.Any(prefix => reference.Name!.StartsWith(prefix, StringComparison.Ordinal))
        );
}
