using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using TenantHub.Secrets;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Encryption;

/// <summary>The key ring in the database, what protects it, and the change of that.</summary>
public sealed class KeyRingTests : IDisposable
{
    private const string Owner = "account/acc_1";
    private const string Section = "TenantHub:KeyProtection:";
    private static readonly string KeyA = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string KeyB = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private readonly SqliteFileFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeyEncryptionKey_IsChanged_AndTheOldOneIsNotNeededAnyMore()
    {
        var stored = await SealAsync((Section + "Key", KeyA));

        Assert.Equal("planted", await OpenAsync(stored, (Section + "Key", KeyB), (Section + "PreviousKeys:0", KeyA)));
        Assert.Equal("planted", await OpenAsync(stored, (Section + "Key", KeyB)));
        var fault = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(stored, (Section + "Key", KeyA)));
        Assert.Contains("which is not configured", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HubThatHasNotChangedYet_OpensWhatTheFirstHasProtectedAnew()
    {
        var stored = await SealAsync((Section + "Key", KeyA));
        await OpenAsync(stored, (Section + "Key", KeyB), (Section + "PreviousKeys:0", KeyA));

        Assert.Equal("planted", await OpenAsync(stored, (Section + "Key", KeyA), (Section + "PreviousKeys:0", KeyB)));
    }

    [Fact]
    public async Task Certificates_ProtectToo_FromPkcs12AndPem_AndReplaceAKey()
    {
        var (pfx, pem, pemKey) = MakeCertificates();
        var stored = await SealAsync((Section + "Key", KeyA));

        (string, string)[] asPfx = [(Section + "CertificatePath", pfx), (Section + "CertificatePassword", "pfx-password")];
        Assert.Equal("planted", await OpenAsync(stored, [.. asPfx, (Section + "PreviousKeys:0", KeyA)]));
        Assert.Equal("planted", await OpenAsync(stored, asPfx));
        Assert.Equal(
            "planted",
            await OpenAsync(
                stored,
                (Section + "CertificatePath", pem),
                (Section + "CertificateKeyPath", pemKey),
                (Section + "PreviousCertificates:0:Path", pfx),
                (Section + "PreviousCertificates:0:Password", "pfx-password")
            )
        );
        Assert.Equal("planted", await OpenAsync(stored, (Section + "CertificatePath", pem), (Section + "CertificateKeyPath", pemKey)));
    }

    [Fact]
    public async Task Development_MakesAKeyOfItsOwn_ThatAConfiguredOneMayReplace()
    {
        var stored = await SealAsync();

        Assert.Equal("planted", await OpenAsync(stored));
        Assert.Equal("planted", await OpenAsync(stored, (Section + "Key", KeyA)));
    }

    /// <summary>The ring as the versions before this one kept it: plain files.</summary>
    [Fact]
    public async Task FilesOfEarlierVersions_AreTakenOverAndProtected()
    {
        var keys = Path.Combine(_folder.DataPath, "keys");
        Directory.CreateDirectory(keys);
        var earlier = new ServiceCollection();
        earlier.AddDataProtection().SetApplicationName("TenantHub").PersistKeysToFileSystem(new DirectoryInfo(keys));
        await using var before = earlier.BuildServiceProvider();
        var sealedBefore = before
            .GetRequiredService<IDataProtectionProvider>()
            .CreateProtector("TenantHub.DataKey.v1", Owner)
            .Protect("planted");
        var file = Assert.Single(Directory.GetFiles(keys, "*.xml"));
        var material = System.Xml.Linq.XDocument.Load(file).Descendants("value").Single().Value;

        await using var services = await StartAsync((Section + "Key", KeyA));

        Assert.Equal(
            "planted",
            services.GetRequiredService<IDataProtectionProvider>().CreateProtector("TenantHub.DataKey.v1", Owner).Unprotect(sealedBefore)
        );
        Assert.Empty(Directory.GetFiles(keys, "*.xml"));
        Assert.DoesNotContain(material, await DumpAsync(), StringComparison.Ordinal);
        Assert.Contains("<sealed key=\"key-", await DumpAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RingInTheDatabase_HoldsNoKeyMaterial()
    {
        await SealAsync((Section + "Key", KeyA));

        var dump = await DumpAsync();
        Assert.Contains("encryptedSecret", dump, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", dump, StringComparison.Ordinal);
        Assert.DoesNotContain(KeyA, dump, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangedEntry_StopsTheStart()
    {
        await SealAsync((Section + "Key", KeyA));
        Execute("UPDATE data_protection_keys SET xml = replace(xml, '<wrapped>A', '<wrapped>B')");

        var fault = await Assert.ThrowsAsync<StorageException>(() =>
            StartAsync((Section + "Key", KeyB), (Section + "PreviousKeys:0", KeyA))
        );

        Assert.Contains("was changed and does not open", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Key", "not base64!", "TenantHub:KeyProtection:Key is not 32 bytes in base64. Make one with: openssl rand -base64 32")]
    [InlineData("PreviousKeys:0", "AAAA", "TenantHub:KeyProtection:PreviousKeys:0 is not 32 bytes")]
    [InlineData(
        "CertificatePath",
        "/nowhere/x.pfx",
        "TenantHub:KeyProtection:CertificatePath: the certificate /nowhere/x.pfx cannot be used"
    )]
    public void WrongSetting_IsNamed(string name, string value, string message)
    {
        using var services = Build((Section + name, value));

        var fault = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<KeyProtectionOptions>>().Value);

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<SealedSecrets> SealAsync(params (string, string)[] settings)
    {
        await using var services = await StartAsync(settings);
        return services.GetRequiredService<ISecretVault>().Seal(Owner, new Dictionary<string, Secret> { ["s"] = new("planted") });
    }

    private async Task<string> OpenAsync(SealedSecrets stored, params (string, string)[] settings)
    {
        await using var services = await StartAsync(settings);
        return services.GetRequiredService<ISecretVault>().Open(Owner, stored)["s"].Reveal();
    }

    /// <summary>What a silo does at its start.</summary>
    private async Task<ServiceProvider> StartAsync(params (string, string)[] settings)
    {
        var services = Build(settings);
        try
        {
            await services.GetRequiredService<KeyRingProtection>().ProtectAllAsync(Cancel);
            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    private ServiceProvider Build(params (string Key, string Value)[] settings)
    {
        var values = settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value);
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build())
            .AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Development })
            .AddSingleton<DataDirectory>()
            .AddSingleton<ISqlDatabase>(_ => _folder.Open())
            .AddEncryption();
        services.Configure<StorageOptions>(options => options.DataDirectory = _folder.DataPath);
        return services.BuildServiceProvider();
    }

    private (string Pfx, string Pem, string PemKey) MakeCertificates()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=TenantHub test", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var first = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        using var other = RSA.Create(2048);
        using var second = new CertificateRequest(
            "CN=TenantHub next",
            other,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        var (pfx, pem, pemKey) = (_folder.PathOf("first.pfx"), _folder.PathOf("second.pem"), _folder.PathOf("second.key"));
        File.WriteAllBytes(pfx, first.Export(X509ContentType.Pkcs12, "pfx-password"));
        File.WriteAllText(pem, second.ExportCertificatePem());
        File.WriteAllText(pemKey, other.ExportPkcs8PrivateKeyPem());
        return (pfx, pem, pemKey);
    }

    private async Task<string> DumpAsync()
    {
        await using var connection = _folder.OpenForeign();
        await using var command = new SqliteCommand("SELECT group_concat(name || xml) FROM data_protection_keys", connection);
        return Convert.ToString(await command.ExecuteScalarAsync(Cancel), CultureInfo.InvariantCulture)!;
    }

    private void Execute(string sql)
    {
        using var connection = _folder.OpenForeign();
#pragma warning disable CA2100 // Constants of this test.
        using var command = new SqliteCommand(sql, connection);
#pragma warning restore CA2100
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    /// <summary>A data folder beside the test's database.</summary>
    private sealed class SqliteFileFolder : IDisposable
    {
        private readonly Sqlite.SqliteFile _file = new();

        public string DataPath => PathOf("data");

        public string PathOf(string name) => Path.Combine(_file.FolderPath, name);

        public Sqlite.SqliteDatabase Open() => _file.Open();

        public SqliteConnection OpenForeign() => _file.OpenForeign();

        public void Dispose() => _file.Dispose();
    }
}
