using System.Globalization;
using System.Net;
using System.Text;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Reporting;

/// <summary>report.html: one file that needs nothing else.</summary>
internal static class HtmlReport
{
    private const string Style =
        Svg.Colours
        + """

            :root { --page: #f6f8fa; --card: #ffffff; --good: #1a7f4b; }
            @media (prefers-color-scheme: dark) { :root { --page: #0f1419; --card: #171d24; --good: #4cc38a; } }
            * { box-sizing: border-box; }
            body { margin: 0; padding: 2.5rem 1.25rem 4rem; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
            main { max-width: 82rem; margin: 0 auto; }
            h1 { margin: 0; font-size: 1.75rem; } h2 { margin: 0; font-size: 1.2rem; } h3 { margin: 0 0 .25rem; font-size: .9rem; font-weight: 600; }
            p { margin: .25rem 0; } .muted { color: var(--muted); } .good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
            section { margin-top: 1.5rem; padding: 1.25rem 1.5rem; background: var(--card); border: 1px solid var(--grid); border-radius: .6rem; }
            .scroll { overflow-x: auto; } table { width: 100%; border-collapse: collapse; margin: .75rem 0; font-variant-numeric: tabular-nums; }
            th { text-align: left; font-size: .8rem; font-weight: 600; color: var(--muted); } th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
            td.n, th.n { text-align: right; white-space: nowrap; } td.nowrap { white-space: nowrap; }
            .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); gap: 1rem 2rem; margin-top: 1rem; } svg { width: 100%; height: auto; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1.25rem; margin: .75rem 0 0; } dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
            a { color: var(--first); text-decoration: none; } a:hover { text-decoration: underline; } pre { overflow-x: auto; white-space: pre-wrap; }
            """;

    public static string Of(IReadOnlyList<ScenarioResult> results, IReadOnlyDictionary<string, string> environment)
    {
        var (held, broken) = (results.Sum(result => result.Held), results.Sum(result => result.Broken));
        var html = new StringBuilder();
        html.Append(
            CultureInfo.InvariantCulture,
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>TenantHub under load</title><style>{Style}</style></head><body><main>"
        );
        html.Append("<h1>TenantHub under load</h1>");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<p>{results.Count} scenario{(results.Count == 1 ? "" : "s")}, <span class=\"good\">{held} limits held</span>, <span class=\"{(broken == 0 ? "muted" : "bad")}\">{broken} broken</span></p>"
        );
        html.Append("<dl>");
        foreach (var (name, value) in environment)
            html.Append(CultureInfo.InvariantCulture, $"<dt>{Text(name)}</dt><dd>{Text(value)}</dd>");
        html.Append("</dl>");
        if (results.Count > 1)
            AppendSummary(html, results);
        foreach (var result in results)
            AppendScenario(html, result);
        return html.Append("</main></body></html>").ToString();
    }

    private static void AppendSummary(StringBuilder html, IReadOnlyList<ScenarioResult> results)
    {
        html.Append(
            "<section><h2>Summary</h2><div class=\"scroll\"><table><tr><th>Scenario</th><th class=\"n\">Calls</th><th class=\"n\">Took</th><th class=\"n\">Limits held</th><th class=\"n\">Broken</th><th>What it shows</th></tr>"
        );
        foreach (var result in results)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td class=\"nowrap\"><a href=\"#{result.Scenario.Name}\">{result.Scenario.Name}</a></td><td class=\"n\">{result.Recorder.Tallies.Sum(tally => tally.Succeeded):N0}</td><td class=\"n\">{result.Took.TotalSeconds:0.0} s</td>"
            );
            html.Append(
                CultureInfo.InvariantCulture,
                $"<td class=\"n good\">{result.Held}</td><td class=\"n {(result.Broken == 0 ? "muted" : "bad")}\">{result.Broken}</td><td>{Text(result.Scenario.Sentence)}</td></tr>"
            );
        }

        html.Append("</table></div></section>");
    }

    private static void AppendScenario(StringBuilder html, ScenarioResult result)
    {
        html.Append(
            CultureInfo.InvariantCulture,
            $"<section id=\"{result.Scenario.Name}\"><h2>{result.Scenario.Name}</h2><p>{Text(result.Scenario.Sentence)}</p><p class=\"muted\">{Text(result.Run.Setup)}; {result.Took.TotalSeconds:0.0} s in all</p>"
        );
        if (result.Failure is { } failure)
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"bad\">It did not come to its end.</p><pre>{Text(failure)}</pre>");
        AppendFigures(html, result);
        AppendCalls(html, result);
        html.Append("<div class=\"plots\">");
        foreach (var (_, title, svg) in Plots.Of(result))
            html.Append(CultureInfo.InvariantCulture, $"<figure style=\"margin:0\"><h3>{Text(title)}</h3>{svg}</figure>");
        html.Append("</div></section>");
    }

    private static void AppendFigures(StringBuilder html, ScenarioResult result)
    {
        if (result.Verdicts.Count == 0)
            return;
        html.Append(
            "<div class=\"scroll\"><table><tr><th>Figure</th><th class=\"n\">Value</th><th class=\"n\">Limit</th><th></th><th>Why this limit</th></tr>"
        );
        foreach (var (figure, limit) in result.Verdicts.OrderBy(verdict => verdict.Limit is null))
        {
            var verdict =
                limit is null ? "<td></td>"
                : limit.Allows(figure.Value) ? "<td class=\"good\">held</td>"
                : "<td class=\"bad\">broken</td>";
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td class=\"nowrap\">{Text(figure.Name)}</td><td class=\"n\">{Number.Of(figure.Value)} {Text(figure.Unit)}</td><td class=\"n\">{Text(limit?.ToString() ?? "")}</td>{verdict}<td class=\"muted\">{Text(limit?.Why ?? "")}</td></tr>"
            );
        }

        html.Append("</table></div>");
    }

    private static void AppendCalls(StringBuilder html, ScenarioResult result)
    {
        var tallies = result.Recorder.Tallies.Where(tally => tally.Succeeded > 0 || tally.Failures.Count > 0).ToList();
        if (tallies.Count == 0)
            return;
        html.Append(
            "<div class=\"scroll\"><table><tr><th>Calls</th><th class=\"n\">Succeeded</th><th class=\"n\">p50 ms</th><th class=\"n\">p95 ms</th><th class=\"n\">p99 ms</th><th class=\"n\">Longest ms</th><th>Did not succeed</th></tr>"
        );
        foreach (var tally in tallies)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td class=\"nowrap\">{Text(tally.Name)}</td><td class=\"n\">{tally.Succeeded:N0}</td>"
            );
            foreach (var value in new[] { tally.Percentile(0.5), tally.Percentile(0.95), tally.Percentile(0.99), tally.MaxMilliseconds })
                html.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{(tally.Succeeded == 0 ? "" : Number.Of(value))}</td>");
            html.Append(
                CultureInfo.InvariantCulture,
                $"<td>{Text(string.Join(", ", tally.Failures.Select(failure => $"{failure.Value:N0} {failure.Key}")))}</td></tr>"
            );
        }

        html.Append("</table></div>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
