#pragma warning disable RS0030 // The command line is the one program that talks to people, and this file is its mouth and ear.
using System.Runtime.InteropServices;
using Spectre.Console;

namespace TenantHub.Cli;

/// <summary>Data goes to stdout, words to stderr.</summary>
internal static class Terminal
{
    private static readonly Shell Own = new(
        () => Console.In,
        Console.OpenStandardInput,
        Console.Out,
        Shell.To(Console.Out, Console.IsOutputRedirected),
        Shell.To(Console.Error, Console.IsErrorRedirected),
        Environment.GetEnvironmentVariable
    );

    private static readonly AsyncLocal<Shell?> Lent = new();

    private static Shell Shell => Lent.Value ?? Own;

    /// <summary>Gets where tables go.</summary>
    public static IAnsiConsole Tables => Shell.Tables;

    /// <summary>Gets where words for people go.</summary>
    public static IAnsiConsole Words => Shell.Words;

    public static TextReader Input => Shell.Input();

    public static Stream RawInput() => Shell.RawInput();

    /// <summary>Gets whether somebody sees how far long work is.</summary>
    public static bool ShowsProgress => Lent.Value is null && !Console.IsErrorRedirected;

    public static bool CanAsk => ShowsProgress && !Console.IsInputRedirected;

    /// <summary>A variable of the environment; one without text counts as not there.</summary>
    public static string? Variable(string name) => Shell.Variable(name) is { Length: > 0 } value ? value : null;

    /// <summary>Runs a command among pipes of the caller's own: many of them have room in one process.</summary>
    public static async Task<int> InAsync(Shell shell, Func<Task<int>> command)
    {
        Lent.Value = shell;
        return await command();
    }

    /// <summary>Prints a line of data at once, so that whoever reads a pipe gets it when it happens.</summary>
    public static void Print(string data)
    {
        Shell.Data.WriteLine(data); // One whole line, whoever prints beside.
        Shell.Data.Flush();
    }

    /// <summary>Tells a person something. What others have written may stand in it.</summary>
    public static void Say(string words)
    {
        try
        {
            Words.WriteLine(Clean(words));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was closed (2>&-): nobody reads it.
        }
    }

    /// <summary>A text without what would steer the terminal or turn the direction of what follows.</summary>
    public static string Clean(string text) =>
        string.Concat(
            text.Select(letter =>
                (char.IsControl(letter) && letter is not ('\n' or '\t'))
                || letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069')
                    ? '\ufffd'
                    : letter
            )
        );

    /// <summary>Lets a command end in order when it is interrupted (Ctrl+C) or told to stop.</summary>
    public static IDisposable OnInterrupt(CancellationTokenSource source)
    {
        Console.CancelKeyPress += (_, pressed) => (pressed.Cancel, _) = (true, source.CancelAsync());
        return PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => (signal.Cancel, _) = (true, source.CancelAsync()));
    }
}
