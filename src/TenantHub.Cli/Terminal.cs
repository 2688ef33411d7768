#pragma warning disable RS0030 // The command line is the one program that talks to people, and this file is its mouth and ear.
using System.Runtime.InteropServices;
using Spectre.Console;

namespace TenantHub.Cli;

/// <summary>Data goes to stdout, words to stderr. Colours only where a terminal shows them and NO_COLOR is not set (Spectre sees to
/// that).</summary>
internal static class Terminal
{
    private const int WidthOfAFile = 4096; // What goes into a file or a pipe is not broken.

    /// <summary>Gets where tables go.</summary>
    public static IAnsiConsole Tables { get; } = To(Console.Out, Console.IsOutputRedirected);

    /// <summary>Gets where words for people go.</summary>
    public static IAnsiConsole Words { get; } = To(Console.Error, Console.IsErrorRedirected);

    public static TextReader Input => Console.In;

    public static Stream RawInput() => Console.OpenStandardInput();

    /// <summary>Gets whether somebody sees how far long work is.</summary>
    public static bool ShowsProgress => !Console.IsErrorRedirected;

    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>Prints a line of data at once, so that whoever reads a pipe gets it when it happens.</summary>
    public static void Print(string data)
    {
        Console.Out.WriteLine(data); // One whole line, whoever prints beside.
        Console.Out.Flush();
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

    private static IAnsiConsole To(TextWriter writer, bool isFile)
    {
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) };
        if (isFile)
        {
            settings.Ansi = AnsiSupport.No;
            settings.ColorSystem = ColorSystemSupport.NoColors;
            settings.Interactive = InteractionSupport.No;
        }

        var console = AnsiConsole.Create(settings);
        if (isFile)
            console.Profile.Width = WidthOfAFile;
        return console;
    }
}
