namespace TenantHub.Errors;

/// <summary>One thing that is wrong with an input. What callers gave is cut, so that no answer grows with what was sent.</summary>
/// <param name="Field">Where, for example <c>query.limit</c> or <c>body.data.attributes.name</c>.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.input-fault")]
public sealed record InputFault([property: Id(0)] string Field, [property: Id(1)] string Message)
{
    /// <summary>How many faults are told at most.</summary>
    public const int MaxTold = 20;

    private const int MaxField = 100;
    private const int MaxMessage = 1000;

    /// <summary>A text that a caller gave, as an answer may repeat it.</summary>
    /// <param name="text">The text.</param>
    public static string Shorten(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Cut(text, MaxField);
    }

    /// <summary>One error that tells the faults: all when they are few, else the first of them and how many more there are.</summary>
    /// <param name="faults">The faults; at least one.</param>
    /// <param name="nextStep">What to do about them.</param>
    public static ServiceError Tell(IReadOnlyCollection<InputFault> faults, string nextStep)
    {
        ArgumentNullException.ThrowIfNull(faults);
        InputFault[] told = [.. faults.Take(MaxTold).Select(fault => new InputFault(Shorten(fault.Field), Cut(fault.Message, MaxMessage)))];
        var more =
            faults.Count > MaxTold
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" ... and {faults.Count - MaxTold:N0} more.")
                : "";
        var detail = Cut(string.Join(" ", told.Select(fault => $"{fault.Field} {fault.Message}")), ServiceError.MaxDetail - more.Length);
        return new ServiceError(ErrorCode.InvalidInput, ErrorSource.Caller, detail + more) { NextStep = nextStep, Faults = told };
    }

    internal static string Cut(string text, int length) =>
        text.Length <= length
            ? text
            : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 4]) ? length - 4 : length - 3), "...");
}
