using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>A fault behind a page is told on the page, and is in the log under the trace that the page names.</summary>
public sealed class ConsoleFaultTests(BrowserFixture fixture, QuietServer quiet) : IClassFixture<QuietServer>
{
    [Fact]
    public async Task FaultBehindAPage_IsInTheLog_UnderTheTraceThatThePageNames()
    {
        var page = await quiet.OpenAsync(fixture, "/ui/accounts");
        await Expect(page.GetByText("Linked by a test")).ToBeVisibleAsync();
        await using (
            var connection = new SqliteConnection($"Data Source={Path.Combine(quiet.Hub.DataDirectory, "tenanthub.db")};Pooling=False")
        )
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = new SqliteCommand("ALTER TABLE accounts RENAME TO gone", connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var told = page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "under trace" });
        await Expect(told).ToBeVisibleAsync(); // The list asks again every few seconds.
        var trace = Regex.Match(await told.InnerTextAsync(), "trace ([0-9a-f]{32})").Groups[1].Value;

        Assert.NotEmpty(trace);
        await Until.TrueAsync(() => quiet.Hub.Output.Contains("trace " + trace, StringComparison.Ordinal), "the fault is in the log");
        Assert.Contains(
            "no such table",
            quiet.Hub.Output[quiet.Hub.Output.IndexOf("trace " + trace, StringComparison.Ordinal)..],
            StringComparison.Ordinal
        );
    }
}
