using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>
/// What open pages cost, told by the metrics of a server of their own: it has no other visitors. A page that is left leaves nothing behind,
/// and one that is open asks by the clock and not by the call.
/// </summary>
public sealed class ConsoleCostTests(BrowserFixture fixture, QuietServer quiet) : IClassFixture<QuietServer>
{
    private const string Circuits = "aspnetcore_components_circuit_active";
    private const string Refreshing = "tenanthub_console_refreshing";
    private const string Reads = "tenanthub_console_reads_total";

    [Fact]
    public async Task PagesThatAreLeft_LeaveNothingBehind()
    {
        var page = await quiet.OpenAsync(fixture, $"/ui/accounts/{quiet.AccountId}");
        await Expect(page.Locator("#lane")).ToBeVisibleAsync();
        await quiet.WaitUntilAsync(Circuits, 1);
        Assert.True(await quiet.ReadAsync(Refreshing) > 0); // It would be seen if something stayed.

        foreach (var tab in Enumerable.Range(0, 5))
        {
            foreach (var address in new[] { "/ui", $"/ui/accounts/{quiet.AccountId}?tab=calls", "/ui/accounts", "/ui/quotas" })
            {
                await page.GotoAsync(address); // The document is left, and its circuit with it.
                await Expect(page.Locator("h1")).ToBeVisibleAsync();
            }

            await page.GetByRole(AriaRole.Link, new() { Name = "Overview" }).ClickAsync(); // The page is left, the circuit stays.
            await Expect(page.Locator("svg[role=img]")).ToBeVisibleAsync();
        }

        await quiet.WaitUntilAsync(Circuits, 1);
        await quiet.WaitUntilAsync(Refreshing, 1); // Of the overview, which is open.
        await page.GotoAsync("/ui/guide/steps"); // No live page.
        await quiet.WaitUntilAsync(Circuits, 0);
        await quiet.WaitUntilAsync(Refreshing, 0);
        await page.Context.CloseAsync();
    }

    /// <summary>The bound is what the page's timers allow for the time that has passed, however long that was.</summary>
    [Fact]
    public async Task OpenPage_ReadsByTheClock_NotByTheCall()
    {
        const int Pages = 2;
        const int Calls = 400;
        var opened = new List<IPage>();
        for (var i = 0; i < Pages; i++)
        {
            opened.Add(await quiet.OpenAsync(fixture, $"/ui/accounts/{quiet.AccountId}"));
            await Expect(opened[^1].Locator("#quotas")).ToBeVisibleAsync();
        }

        var (began, before) = (Stopwatch.StartNew(), await quiet.ReadAsync(Reads));
        for (var i = 0; i < Calls; i++)
            Assert.Equal(200, (int)(await quiet.Hub.Http.RpcAsync(quiet.AccountId, new { action = "autodesk_list_hubs" })).Status);
        await quiet.WaitUntilAsync(Reads, read => read > before, "more"); // The pages are alive.
        var made = await quiet.ReadAsync(Reads) - before;

        var ticks = Pages * ((began.Elapsed / TimeSpan.FromSeconds(1.5)) + (began.Elapsed / TimeSpan.FromSeconds(3)) + 2); // The state, and the limits.
        Assert.InRange(made, 1, ticks);
        Assert.True(
            ticks < Calls,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Calls} calls took {began.Elapsed}: too slow to tell reads by the call from reads by the clock."
            )
        );
        foreach (var page in opened)
        {
            await page.GotoAsync("/ui/guide/steps"); // A context that is closed tells nobody, and its circuit would stay for minutes.
            await page.Context.CloseAsync();
        }
    }
}
