using Spectre.Console;

namespace TenantHub.Cli;

/// <summary>What a command is started among: what it reads, where its data and its words go, and its environment.</summary>
internal sealed record Shell(
    Func<TextReader> Input,
    Func<Stream> RawInput,
    TextWriter Data,
    IAnsiConsole Tables,
    IAnsiConsole Words,
    Func<string, string?> Variable
)
{
    private const int WidthOfAFile = 4096; // What goes into a file or a pipe is not broken.

    /// <summary>Colours only where a terminal shows them and NO_COLOR is not set (Spectre sees to that).</summary>
    public static IAnsiConsole To(TextWriter writer, bool isFile)
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
