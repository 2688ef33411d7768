using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;

namespace TenantHub.Storage.Postgres;

public sealed class PostgresConnectionTests
{
    [Fact]
    public void WhatIsNotSaid_IsOurOwn()
    {
        var settings = PostgresConnection.Complete("Host=db;Database=hub;Username=u");

        Assert.Equal((5, 10, 20, "TenantHub"), (settings.Timeout, settings.CommandTimeout, settings.MaxPoolSize, settings.ApplicationName));
        Assert.Equal("-c idle_in_transaction_session_timeout=5000", settings.Options);
        Assert.Equal(GssEncryptionMode.Disable, settings.GssEncryptionMode); // Else an address needs DNS.
    }

    [Fact]
    public void WhatTheOperatorSays_Holds()
    {
        var settings = PostgresConnection.Complete(
            "Host=db;Database=hub;Timeout=15;CommandTimeout=30;MaxPoolSize=100;Application Name=mine;Options=-c work_mem=8MB"
        );

        Assert.Equal((15, 30, 100, "mine"), (settings.Timeout, settings.CommandTimeout, settings.MaxPoolSize, settings.ApplicationName));
        Assert.Equal("-c work_mem=8MB", settings.Options);
    }

    /// <summary>What an operator keeps open for the work is no reason that membership and pulse cannot have their few.</summary>
    [Fact]
    public void MinimumPoolSize_IsForTheWorkOnly()
    {
        const string text = "Host=db;Database=hub;Minimum Pool Size=10";

        Assert.Equal(10, PostgresConnection.Complete(text).MinPoolSize);
        Assert.Equal(0, PostgresConnection.ForPulse(text).MinPoolSize);
        Assert.Equal(0, new NpgsqlConnectionStringBuilder(PostgresConnection.ForMembership(text)).MinPoolSize);
    }

    [Theory]
    [InlineData("planted-password")]
    [InlineData("Host=db;Database=hub;Password=planted-password;Nonsense=1")]
    [InlineData("Host=db;Database=hub;Password=planted-password;Port=planted-password")]
    [InlineData("Host=db;Password=planted-password")]
    [InlineData("Database=hub;Password=planted-password")]
    public void NoConnectionString_IsRefusedWithoutRepeatingIt(string text)
    {
        var fault = Assert.Throws<OptionsValidationException>(() => PostgresConnection.Complete(text));

        Assert.Contains("TenantHub:Database:ConnectionString", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", fault.ToString(), StringComparison.Ordinal);
    }
}
