#pragma warning disable RS0030 // A command line's output is its result.
using TenantHub.LoadTests;

return args is ["quota-overhead"] ? await QuotaOverhead.RunAsync(Console.Out) : Explain();

static int Explain()
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project tests/TenantHub.LoadTests -- quota-overhead");
    return 2;
}
