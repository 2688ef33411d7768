using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Reporting;

/// <summary>The plots of one scenario as SVG. Colours are CSS variables (<see cref="Svg"/>), so a page or a file decides about light and
/// dark.</summary>
internal static class Plots
{
    private const double MB = 1024 * 1024;
    private const double LogarithmicFrom = 30;

    /// <summary>Every plot that the run has data for, with a title.</summary>
    public static IEnumerable<(string Name, string Title, string Svg)> Of(ScenarioResult result)
    {
        var called = result.Recorder.Seconds.Where(second => second.Latency.Count + second.Failed > 0).ToList();
        var sampled = result.Recorder.Seconds.Where(second => second.Process is not null).ToList();
        if (called.Count(second => second.Latency.Count > 0) > 1)
        {
            yield return ("throughput", "Calls per second, and under way", Svg.Of(Throughput(called, sampled)));
            yield return ("latency", "Latency of calls that succeeded (ms)", Svg.Of(Latency(called)));
        }

        if (result.Recorder.Waits.Count > 1)
            yield return ("waits", "Wait in the hub by account, longest first (ms)", Svg.Of(Waits(result.Recorder.Waits.Values)));
        if (result.Run.QuotaWindows.Count > 0)
            yield return ("quota", "Use of Autodesk's limit by window (%)", Svg.Of(QuotaUse(result.Run.QuotaWindows)));
        if (sampled.Count > 1)
        {
            yield return ("memory", "Memory (MB)", Svg.Of(Memory(sampled)));
            yield return ("handles", "Handles and connections", Svg.Of(Handles(sampled)));
        }
    }

    private static PlotModel Throughput(List<Second> called, List<Second> sampled)
    {
        var plot = Plot(new LinearAxis { Position = AxisPosition.Left, Minimum = 0 });
        plot.Series.Add(Line("succeeded", Svg.First, called, second => second.Latency.Count));
        if (called.Any(second => second.Failed > 0))
            plot.Series.Add(Line("failed or refused", Svg.Bad, called, second => second.Failed));
        plot.Series.Add(Line("under way", Svg.Quiet, sampled, second => second.Outstanding));
        return plot;
    }

    private static PlotModel Latency(List<Second> called)
    {
        var answered = called.Where(second => second.Latency.Count > 0).ToList();
        var spread = answered.Max(second => second.Latency.MaxMilliseconds) / answered.Min(second => second.Latency.Percentile(0.5));
        var plot = Plot(
            spread > LogarithmicFrom
                ? new LogarithmicAxis { Position = AxisPosition.Left }
                : new LinearAxis { Position = AxisPosition.Left, Minimum = 0 }
        );
        plot.Series.Add(Line("longest", Svg.Quiet, answered, second => second.Latency.MaxMilliseconds));
        plot.Series.Add(Line("p99", Svg.Third, answered, second => second.Latency.Percentile(0.99)));
        plot.Series.Add(Line("p95", Svg.Second, answered, second => second.Latency.Percentile(0.95)));
        plot.Series.Add(Line("p50", Svg.First, answered, second => second.Latency.Percentile(0.5)));
        return plot;
    }

    private static PlotModel Waits(IEnumerable<AccountWait> waits)
    {
        var plot = Plot(new LinearAxis { Position = AxisPosition.Left, Minimum = 0 }, "account");
        var sorted = waits.OrderByDescending(wait => wait.MaxMilliseconds).ToList();
        var every = Math.Max(1, sorted.Count / 500);
        plot.Series.Add(Points("longest", Svg.Third, wait => wait.MaxMilliseconds));
        plot.Series.Add(Points("mean", Svg.First, wait => wait.MeanMilliseconds));
        return plot;

        LineSeries Points(string title, OxyColor colour, Func<AccountWait, double> value)
        {
            var series = new LineSeries
            {
                Title = title,
                Color = colour,
                StrokeThickness = 2,
                LineStyle = sorted.Count > 100 ? LineStyle.Solid : LineStyle.None,
                MarkerType = sorted.Count > 100 ? MarkerType.None : MarkerType.Circle,
                MarkerSize = 3,
                MarkerFill = colour,
            };
            for (var i = 0; i < sorted.Count; i += every)
                series.Points.Add(new DataPoint(i + 1, value(sorted[i])));
            return series;
        }
    }

    private static PlotModel QuotaUse(List<QuotaWindow> windows)
    {
        var plot = Plot(
            new LinearAxis
            {
                Position = AxisPosition.Left,
                Minimum = 0,
                Maximum = 110,
            },
            "window"
        );
        var bars = new RectangleBarSeries
        {
            FillColor = Svg.First,
            StrokeThickness = 0,
            Title = "used",
        };
        for (var i = 0; i < windows.Count; i++)
            bars.Items.Add(new RectangleBarItem(i + 0.7, 0, i + 1.3, windows[i].Used * 100.0 / windows[i].Limit));
        plot.Series.Add(bars);
        var limit = new LineSeries
        {
            Title = "the limit",
            Color = Svg.Bad,
            StrokeThickness = 1.5,
        };
        limit.Points.Add(new DataPoint(0.5, 100));
        limit.Points.Add(new DataPoint(windows.Count + 0.5, 100));
        plot.Series.Add(limit);
        (plot.Axes[0].MajorStep, plot.Axes[0].Minimum, plot.Axes[0].Maximum) = (Math.Max(1, windows.Count / 10), 0.4, windows.Count + 0.6);
        return plot;
    }

    private static PlotModel Memory(List<Second> sampled)
    {
        var plot = Plot(new LinearAxis { Position = AxisPosition.Left, Minimum = 0 });
        plot.Series.Add(Line("resident", Svg.Third, sampled, second => second.Process!.ResidentBytes / MB));
        if (sampled.Any(second => !double.IsNaN(second.Process!.ManagedBytes)))
            plot.Series.Add(Line("managed heap", Svg.First, sampled, second => second.Process!.ManagedBytes / MB));
        return plot;
    }

    private static PlotModel Handles(List<Second> sampled)
    {
        var plot = Plot(new LinearAxis { Position = AxisPosition.Left, Minimum = 0 });
        plot.Series.Add(Line("handles", Svg.Third, sampled, second => second.Process!.Handles));
        plot.Series.Add(Line("connections", Svg.First, sampled, second => second.Process!.Connections));
        return plot;
    }

    private static LineSeries Line(string title, OxyColor colour, IEnumerable<Second> seconds, Func<Second, double> value)
    {
        var line = new LineSeries
        {
            Title = title,
            Color = colour,
            StrokeThickness = 2,
            LineJoin = LineJoin.Round,
        };
        line.Points.AddRange(seconds.Select(second => new DataPoint(second.Number, value(second))));
        return line;
    }

    private static PlotModel Plot(Axis vertical, string horizontal = "seconds since the start")
    {
        var plot = new PlotModel
        {
            DefaultFont = Svg.Font,
            TextColor = Svg.Ink,
            PlotAreaBorderThickness = new OxyThickness(0),
            Padding = new OxyThickness(4, 4, 12, 0),
        };
        plot.Legends.Add(
            new Legend
            {
                LegendPosition = LegendPosition.TopLeft,
                LegendPlacement = LegendPlacement.Outside,
                LegendOrientation = LegendOrientation.Horizontal,
                LegendTextColor = Svg.Ink,
                LegendSymbolLength = 14,
                LegendItemSpacing = 14,
                LegendBorderThickness = 0,
            }
        );
        foreach (
            var axis in new[]
            {
                new LinearAxis
                {
                    Position = AxisPosition.Bottom,
                    Title = horizontal,
                    MajorGridlineStyle = LineStyle.None,
                },
                vertical,
            }
        )
        {
            (axis.TextColor, axis.TitleColor, axis.TicklineColor, axis.AxislineColor) = (Svg.Muted, Svg.Muted, Svg.Grid, Svg.Grid);
            (axis.FontSize, axis.TitleFontSize, axis.MinorTickSize, axis.MajorTickSize) = (11, 11, 0, 4);
            if (axis == vertical)
                (axis.MajorGridlineStyle, axis.MajorGridlineColor) = (LineStyle.Solid, Svg.Grid);
            else
                axis.AxislineStyle = LineStyle.Solid;
            (axis.MaximumPadding, axis.MinimumPadding) = (axis == vertical ? 0.08 : 0.01, axis == vertical ? 0.02 : 0.01);
            plot.Axes.Add(axis);
        }

        return plot;
    }
}
