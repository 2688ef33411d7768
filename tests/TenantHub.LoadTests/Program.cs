#pragma warning disable RS0030 // A command line's output is its result.
using TenantHub.LoadTests;
using TenantHub.LoadTests.Peers;

if (args is ["serve", var kind, var url, var behind]) return await PeerProcess.ServeAsync(kind, url, behind);
if (args is ["quota-overhead"]) return await QuotaOverhead.RunAsync(Console.Out);
if (args is ["hub", var sec])
{
    await using var one = await PeerComparison.StartAsync(1000, _ => { });
    await one.MeasureAsync(1, 6, null, 1000, ["hub"], _ => { });
    Console.WriteLine("warm");
    foreach (var f in await one.MeasureAsync(1, int.Parse(sec), null, 1000, ["hub"], _ => { }))
        Console.WriteLine($"{f.Name,-26}{f.Median(t => t.PerSecond),9:N0}/s p50 {f.Median(t => t.P50),6:0.00} p99 {f.Median(t => t.P99),6:0.00} cpu {f.Median(t => t.CpuMicroseconds),6:0} alloc {f.Median(t => t.AllocatedBytes),8:N0} errors {f.Errors}");
    return 0;
}
if (args is ["quick", var rounds])
{
    await using var two = await PeerComparison.StartAsync(1000, _ => { });
    await two.MeasureAsync(1, 12, null, 1000, ["hub", "YARP"], _ => { });
    var q = await two.MeasureAsync(int.Parse(rounds), 2, null, 1000, ["hub", "YARP"], _ => { });
    foreach (var f in q)
        Console.WriteLine($"{f.Name,-8}{f.Median(t => t.PerSecond),9:N0}/s ({f.Ratio(q[0], t => t.PerSecond):0.00}) p50 {f.Median(t => t.P50),6:0.00} p99 {f.Median(t => t.P99),6:0.00} cpu {f.Median(t => t.CpuMicroseconds),6:0} ({f.Ratio(q[0], t => t.CpuMicroseconds):0.00}) alloc {f.Median(t => t.AllocatedBytes),8:N0} errors {f.Errors}");
    return 0;
}
if (args is ["trend", var who])
{
    await using var two = await PeerComparison.StartAsync(1000, _ => { });
    for (var i = 0; i < 12; i++)
    {
        var q = await two.MeasureAsync(1, 3, null, 1000, [who], _ => { });
        foreach (var f in q)
            Console.WriteLine($"{f.Name,-8}{f.Median(t => t.PerSecond),9:N0}/s p50 {f.Median(t => t.P50),6:0.00} cpu {f.Median(t => t.CpuMicroseconds),6:0} alloc {f.Median(t => t.AllocatedBytes),8:N0} errors {f.Errors}");
    }
    return 0;
}
if (args is ["peers", ..])
{
    await using var peers = await PeerComparison.StartAsync(1000, Console.WriteLine);
    foreach (var bytes in new[] { 1024, 65536 })
    {
        await peers.SetAsync(bytes, 0);
        var all = await peers.MeasureAsync(5, 2, null, 1000, null, _ => { });
        foreach (var f in all)
            Console.WriteLine($"{bytes,6} {f.Name,-26}{f.Median(t => t.PerSecond),9:N0}/s {f.Ratio(all[2], t => t.PerSecond),6:0.00} p50 {f.Median(t => t.P50),6:0.00} p99 {f.Median(t => t.P99),6:0.00} cpu {f.Median(t => t.CpuMicroseconds),6:0} ({f.Ratio(all[1], t => t.CpuMicroseconds):0.00}) alloc {f.Median(t => t.AllocatedBytes),8:N0} errors {f.Errors}");
    }

    return 0;
}

return 2;
