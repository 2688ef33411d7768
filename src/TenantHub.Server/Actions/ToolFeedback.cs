using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;

namespace TenantHub.Server.Actions;

/// <summary>The body of StackOne's POST /ai/tool-feedback.</summary>
internal sealed record FeedbackBody
{
    private const int MaxText = 4000;

    public string? Feedback { get; init; }

    public string? AccountId { get; init; }

    public IReadOnlyList<string>? ToolNames { get; init; }

    /// <summary>The text without line breaks and other control characters: a log line is one line.</summary>
    public string OneLine() => string.Concat(Feedback!.Select(letter => char.IsControl(letter) ? ' ' : letter));

    public ServiceError? Fault(ActionCatalog catalog)
    {
        var faults = new List<InputFault>();
        if (string.IsNullOrWhiteSpace(Feedback) || Feedback.Length > MaxText)
            faults.Add(new("feedback", $"must be a text of 1 to {MaxText} characters."));
        if (string.IsNullOrEmpty(AccountId))
            faults.Add(new("account_id", "must name a linked account (acc_...)."));
        if (ToolNames is null or [] || ToolNames.Count > catalog.All.Count || !ToolNames.All(name => catalog.Find(name) is not null))
            faults.Add(new("tool_names", "must be a list of action ids such as autodesk_list_hubs."));
        return faults.Count == 0 ? null : InputFault.Tell(faults, "Correct the fields; nothing was written down.");
    }
}

/// <summary>What became of the feedback.</summary>
internal sealed record FeedbackAnswer(string Message);

internal static partial class FeedbackLog
{
    [LoggerMessage(2301, LogLevel.Information, "{Caller} says of {Tools}, used for account {AccountId}: {Feedback}")]
    public static partial void Write(ILogger logger, string caller, string accountId, string tools, string feedback);
}

/// <summary>The body of StackOne's POST /actions/build.</summary>
internal sealed record BuildBody(string? ConnectorKey = null, bool? ForceRefresh = null);

/// <summary>StackOne's ActionBuildResponseDto.</summary>
internal sealed record BuildAnswer(string Status, int ActionsIndexed, string? ConnectorFilter, string Message);
