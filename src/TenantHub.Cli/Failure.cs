using Microsoft.Extensions.Options;
using Spectre.Console.Cli;
using TenantHub.Client;

namespace TenantHub.Cli;

/// <summary>A fault that the command line finds by itself, in words, with the class it belongs to.</summary>
#pragma warning disable CA1032 // It is thrown with its class of error, or not at all.
internal sealed class CliException(int exitCode, string message) : Exception(message)
#pragma warning restore CA1032
{
    public int ExitCode => exitCode;
}

/// <summary>Says on stderr what went wrong and what to do.</summary>
internal static class Failure
{
    public static int Tell(Exception exception)
    {
        switch (exception)
        {
            case TenantHubException error:
                Tell(error);
                return ExitCode.Of(error);
            case CliException fault:
                Terminal.Say(fault.Message);
                return fault.ExitCode;
            case OptionsValidationException or CommandAppException:
                Terminal.Say(exception.Message);
                return ExitCode.Usage;
            case OperationCanceledException:
                return ExitCode.Interrupted;
            case IOException or UnauthorizedAccessException:
                Terminal.Say(exception.Message);
                return ExitCode.Fault;
            default:
                Terminal.Say($"A fault of the command line: {exception}");
                return ExitCode.Fault;
        }
    }

    private static void Tell(TenantHubException error)
    {
        Terminal.Say($"{error.Code} ({error.Source}): {CommandNames.In(error.Detail)}");
        foreach (var field in error.Errors)
            Terminal.Say($"  {field.Field} {CommandNames.In(field.Message)}");
        foreach (var answer in error.ProviderErrors)
            Terminal.Say($"  Autodesk answered {answer.Status}: {answer.Raw}");
        if (error.Code == ErrorCodes.Unauthenticated)
            Terminal.Say("Give a key that is valid: tenanthub login <address>, or TENANTHUB_KEY with TENANTHUB_ADDRESS.");
        else if (error.NextStep is not null)
            Terminal.Say(CommandNames.In(error.NextStep));
        if (error.RetryAfter is { } wait)
            Terminal.Say($"Try again in {wait.TotalSeconds:0.#} s.");
        if (error.RequestId is not null)
            Terminal.Say($"Request {error.RequestId}, trace {error.TraceId}");
    }
}
