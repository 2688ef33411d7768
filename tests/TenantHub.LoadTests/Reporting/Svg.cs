using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OxyPlot;

namespace TenantHub.LoadTests.Reporting;

/// <summary>
/// OxyPlot writes colours as numbers. These stand for roles, and are replaced by CSS variables in what it has written: so one and the same
/// SVG fits a light page and a dark one.
/// </summary>
internal static partial class Svg
{
    public const string Font = "system-ui, Arial, sans-serif";
    private const double Width = 620;
    private const double Height = 260;

    public static readonly OxyColor Ink = OxyColor.FromRgb(1, 1, 1);
    public static readonly OxyColor Muted = OxyColor.FromRgb(2, 2, 2);
    public static readonly OxyColor Grid = OxyColor.FromRgb(3, 3, 3);
    public static readonly OxyColor First = OxyColor.FromRgb(4, 4, 4);
    public static readonly OxyColor Second = OxyColor.FromRgb(5, 5, 5);
    public static readonly OxyColor Third = OxyColor.FromRgb(6, 6, 6);
    public static readonly OxyColor Quiet = OxyColor.FromRgb(7, 7, 7);
    public static readonly OxyColor Bad = OxyColor.FromRgb(8, 8, 8);

    /// <summary>The variables in both lights; the page adds its own to them.</summary>
    public const string Colours = """
        :root { --ink: #1f2328; --muted: #636c76; --grid: #e2e6ea; --first: #2a78d6; --second: #7a5cc9; --third: #d9652b; --quiet: #a9b1ba; --bad: #c93a3a; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6edf3; --muted: #98a2ad; --grid: #2c333b; --first: #5aa2f0; --second: #a78bf0; --third: #f0894f; --quiet: #66707b; --bad: #f0716b; }
        }
        """;

    private static readonly (OxyColor Colour, string Name)[] Roles =
    [
        (Ink, "ink"),
        (Muted, "muted"),
        (Grid, "grid"),
        (First, "first"),
        (Second, "second"),
        (Third, "third"),
        (Quiet, "quiet"),
        (Bad, "bad"),
    ];

    public static string Of(PlotModel plot)
    {
        var svg = new StringBuilder(
            new SvgExporter
            {
                Width = Width,
                Height = Height,
                IsDocument = false,
                UseVerticalTextAlignmentWorkaround = true,
                TextMeasurer = new RoomyText(),
            }.ExportToString(plot)
        );
        foreach (var (colour, name) in Roles)
        {
            svg.Replace(string.Create(CultureInfo.InvariantCulture, $"rgb({colour.R},{colour.G},{colour.B})"), $"var(--{name})");
            svg.Replace(colour.ToByteString(), $"var(--{name})").Replace($"#{colour.R:x2}{colour.G:x2}{colour.B:x2}", $"var(--{name})");
        }

        // Clip paths go by ids, and a page with many plots would have each id many times. Nothing here lies outside its place.
        var text = ClipPath().Replace(svg.ToString(), "");
        return text[text.IndexOf("<svg", StringComparison.Ordinal)..]
            .Replace("<svg ", $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" ", StringComparison.Ordinal);
    }

    [GeneratedRegex("clip-path=\"url\\(#[^)]*\\)\"")]
    private static partial Regex ClipPath();

    /// <summary>The same as a file of its own.</summary>
    public static string Document(string svg) => svg.Insert(svg.IndexOf('>', StringComparison.Ordinal) + 1, $"<style>{Colours}</style>");
}

/// <summary>Tells how wide text is. Which font a reader has is not known; this is room enough for a wide one.</summary>
internal sealed class RoomyText : ClippingRenderContext
{
    private const double EmPerLetter = 0.62;
    private const double EmPerLine = 1.25;

    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight) =>
        string.IsNullOrEmpty(text) ? OxySize.Empty : new OxySize(text.Length * fontSize * EmPerLetter, fontSize * EmPerLine);

    public override void DrawLine(
        IList<ScreenPoint> points,
        OxyColor stroke,
        double thickness,
        EdgeRenderingMode edgeRenderingMode,
        double[] dashArray,
        LineJoin lineJoin
    ) => throw new NotSupportedException();

    public override void DrawPolygon(
        IList<ScreenPoint> points,
        OxyColor fill,
        OxyColor stroke,
        double thickness,
        EdgeRenderingMode edgeRenderingMode,
        double[] dashArray,
        LineJoin lineJoin
    ) => throw new NotSupportedException();

    public override void DrawText(
        ScreenPoint p,
        string text,
        OxyColor fill,
        string fontFamily,
        double fontSize,
        double fontWeight,
        double rotation,
        HorizontalAlignment ha,
        VerticalAlignment va,
        OxySize? maxSize
    ) => throw new NotSupportedException();

    protected override void SetClip(OxyRect clippingRectangle) { }

    protected override void ResetClip() { }
}
