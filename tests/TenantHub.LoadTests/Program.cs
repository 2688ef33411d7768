using System.CommandLine;
using TenantHub.LoadTests.Micro;
using TenantHub.LoadTests.Running;

Command[] commands = [.. RunCommand.Commands(), MicroBenchmarks.Command(), CallLogBenchmark.Command(), ServeCommand.Create()];

var root = new RootCommand("Loads TenantHub and holds what it does against limits.json.");
foreach (var command in commands)
    root.Add(command);
return await root.Parse(args).InvokeAsync();
