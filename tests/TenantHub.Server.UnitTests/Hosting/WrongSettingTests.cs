using System.Reflection;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>
/// The server's own entry point, in this process: a wrong setting ends it before it listens. That the process then ends too, and prints the
/// reason, is shown by RestartTests.
/// </summary>
public sealed class WrongSettingTests : IDisposable
{
    private const string NoServer = "Host=127.0.0.1;Port=1;Database=none;Username=u";
    private const string EveryRole = "read_only, backend, operator, admin";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly string _directory = Directory.CreateTempSubdirectory("tenanthub-settings-").FullName;

    [Theory]
    [InlineData("Emulator:Enabled", "true", "The emulator runs in Development only")]
    [InlineData("Bootstrap:AdminKey", "", "TenantHub:Bootstrap:AdminKey is not set")]
    [InlineData("Bootstrap:AdminKey", "short", "at least 16 characters")]
    [InlineData("Lane:MaxWaitingCalls", "0", "MaxWaitingCalls")]
    [InlineData("KeyProtection:Key", "", "Nothing protects the key ring")]
    [InlineData("KeyProtection:Key", "", "openssl rand -base64 32")]
    [InlineData("KeyProtection:CertificatePath", "/nowhere.pfx", "are both set")]
    [InlineData("Database:ConnectionString", "nonsense", "TenantHub:Database:ConnectionString is not a connection string")]
    [InlineData("Database:ConnectionString", NoServer, "The database none on 127.0.0.1:1 does not answer")]
    [InlineData("Orleans:SiloPort", "0", "TenantHub:Orleans")]
    [InlineData("Shutdown:Notice", "1.00:00:00", "Notice")]
    [InlineData("Shutdown:Notice", "abc", "TenantHub:Shutdown:Notice")]
    [InlineData("Autodesk:BaseUrl", "notaurl", "TenantHub:Autodesk:BaseUrl")]
    [InlineData("Database:ConnectionString", " ", "TenantHub:Database:ConnectionString is not a connection string")]
    [InlineData("Quotas:Limits:oss", "0", "TenantHub:Quotas:Limits:oss must be a number from 1")]
    [InlineData("Quotas:Limits:oss", "abc", "TenantHub:Quotas:Limits:oss must be a number from 1")]
    [InlineData("Quotas:Limits:nosuch", "5", "TenantHub:Quotas:Limits:nosuch names no quota group")]
    [InlineData("Ownership:AllowSeveralOwners", "perhaps", "TenantHub:Ownership:AllowSeveralOwners")]
    [InlineData("Linking:DefaultProfileId", "BAD ID!", "TenantHub:Linking:DefaultProfileId")]
    [InlineData("Autodesk:AllowedStorageHosts:0", "http://x/y", "TenantHub:Autodesk:AllowedStorageHosts")]
    [InlineData("Mcp:AllowedOrigins:0", "agents.example.com", "TenantHub:Mcp:AllowedOrigins holds \"agents.example.com\"")]
    [InlineData("Mcp:AllowedOrigins:0", "https://agents.example.com/", "without a path or a slash at its end")]
    [InlineData("Mcp:AllowedOrigins:0", "*", "TenantHub:Mcp:AllowedOrigins holds \"*\"")]
    [InlineData("Mcp:AllowedOrigins", "https://agents.example.com", "it is a list: set TenantHub:Mcp:AllowedOrigins:0")]
    [InlineData("Linking:AllowedFrameOrigins", "https://app.example.com", "it is a list: set TenantHub:Linking:AllowedFrameOrigins:0")]
    [InlineData("Oidc:Audience", "tenanthub", "TenantHub:Oidc:Audience is set, and TenantHub:Oidc:Authority is not")]
    [InlineData("Oidc:DeviceClientId", "cli", "TenantHub:Oidc:DeviceClientId is set, and TenantHub:Oidc:Authority is not")]
    [InlineData("Oidc:Roles:hub-admins", "admin", "TenantHub:Oidc:Roles is set, and TenantHub:Oidc:Authority is not")]
    [InlineData("Database:ConnectionString", NoServer + ";Maximum Pool Size=1", "the smallest with which a server works is 2")]
    [InlineData(
        "Database:ConnectionString",
        NoServer + ";Minimum Pool Size=30",
        "Minimum Pool Size is 30, which is more than Maximum Pool Size, 20"
    )]
    public async Task WrongSettingInProduction_StopsTheStart_AndIsNamed(string name, string value, string message) =>
        Assert.Contains(
            message,
            $"{await RefusalAsync("Production", ("Orleans:Tls:NetworkIsPrivate", "true"), (name, value))}",
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("Oidc:Audience", "", "TenantHub:Oidc:Audience is not set")]
    [InlineData("Oidc:Authority", "http://login.example.com", "it must be an https address")]
    [InlineData("Oidc:Roles:hub-admins", "root", "TenantHub:Oidc:Roles:hub-admins is \"root\"; it must be one of " + EveryRole)]
    [InlineData("Oidc:ClientSecret", "secret", "TenantHub:Oidc:ClientId is not, so nobody could sign in")]
    public async Task HalfASetUpOfOidc_StopsTheStart(string name, string value, string message)
    {
        (string, string)[] whole =
        [
            ("Oidc:Authority", "https://login.example.com"),
            ("Oidc:Audience", "tenanthub"),
            ("Oidc:Roles:hub-operators", "operator"),
        ];

        var refused = await RefusalAsync("Development", [.. whole, (name, value)]);

        Assert.Contains(message, $"{refused}", StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>What the start throws. A later setting replaces an earlier one.</summary>
    private async Task<Exception> RefusalAsync(string environment, params (string Name, string Value)[] settings)
    {
        (string Name, string Value)[] sound =
        [
            ("DataDirectory", _directory),
            ("Bootstrap:AdminKey", "test-admin-key-0123456789"),
            ("KeyProtection:Key", Convert.ToBase64String(new byte[32])),
            ("Autodesk:BaseUrl", "http://127.0.0.1:1"),
        ];
        var ours = sound.Concat(settings).Select(setting => $"--TenantHub:{setting.Name}={setting.Value}");
        string[] arguments = ["--urls=http://127.0.0.1:0", "--Logging:Console:LogLevel:Default=None", .. ours];
        Environment.SetEnvironmentVariable("ASPNETCORE_ENVIRONMENT", environment); // Nothing else in this process looks at it.
        var main = typeof(ServerHost).Assembly.EntryPoint!;
        var start = Task.Factory.StartNew(
            () => main.Invoke(null, [arguments]),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

        var refused = await Assert.ThrowsAsync<TargetInvocationException>(() => start.WaitAsync(StartLimit, TimeProvider.System));
        return refused.InnerException!;
    }
}
