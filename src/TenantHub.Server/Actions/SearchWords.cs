namespace TenantHub.Server.Actions;

/// <summary>
/// The words of a text as a search compares them: without what stands everywhere, without endings, and with what people say for the catalog's
/// words. A verb says what is to be done, so it weighs more than what it is done to.
/// </summary>
internal static class SearchWords
{
    private static readonly string[] Told = ["subscrib", "event"];
    private static readonly char[] Between = [.. " ,.;!?()[]{}\"'/_-\t\r\n"];

    private static readonly HashSet<string> Everywhere =
    [
        .. (
            "a an the of in into to and or my your our for autodesk is are was be has have do does can i me we it its this that these there with from on at by"
            + " please how want need"
        ).Split(' '),
    ];

    /// <summary>Verbs and what is said for them, in words as they come out of <see cref="Stem"/>.</summary>
    private static readonly string[][] Verbs =
    [
        ["create", "make", "add", "new", "invite", "subscribe"],
        ["list", "show", "all", "what", "which", "who"],
        ["get", "read", "detail", "show"],
        ["delete", "remove", "take", "drop", "erase"],
        ["update", "change", "edit", "rename", "move", "archive", "restore", "deactivate", "disable", "inactive", "stop", "set"],
        ["search", "find", "look", "where"],
        ["upload", "send", "put"],
        ["download", "fetch", "save"],
    ];

    private static readonly string[][] Things =
    [
        ["user", "member", "people", "person", "somebody", "someone", "colleague", "access"],
        ["file", "document", "drawing", "item", "model"],
        ["webhook", "event", "notification", "notify", "callback"],
        ["company", "firm"],
    ];

    private static readonly ILookup<string, string> Alike = Verbs
        .Concat(Things)
        .SelectMany(group => group.SelectMany(word => group.Where(other => other != word).Select(other => (Stem(word), Stem(other)))))
        .ToLookup(pair => pair.Item1, pair => pair.Item2);

    private static readonly HashSet<string> VerbStems = [.. Verbs.SelectMany(group => group).Select(Stem)];

    public static bool IsVerb(string word) => VerbStems.Contains(word);

    /// <summary>Other words for a word.</summary>
    public static IEnumerable<string> OthersFor(string word) => Alike[word];

    /// <summary>The words of a text of the catalog's.</summary>
    public static IEnumerable<string> Of(string text) =>
        text.Split(Between, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim(':').ToLowerInvariant()) // One within is a scope's.
            .Where(word => word.Length > 1 && !Everywhere.Contains(word))
            .Select(Stem);

    /// <summary>The words of a question. After "when" it tells what happens elsewhere: who asks wants to be told of it, and the verb there is
    /// not what is to be done.</summary>
    public static IReadOnlyList<string> OfQuestion(string text)
    {
        List<string> words = [];
        var isTold = false;
        foreach (var word in Of(text))
        {
            var begins = word is "when" or "whenever";
            isTold |= begins;
            if (begins)
                words.AddRange(Told);
            else if (!isTold || !IsVerb(word))
                words.Add(word);
        }

        return [.. words.Distinct()];
    }

    /// <summary>A word without the endings of English: uploads, uploaded and uploading are one.</summary>
    private static string Stem(string word)
    {
        if (word.Length > 4 && word.EndsWith("ies", StringComparison.Ordinal))
            word = word[..^3] + "y";
        else if (
            word.Length > 3
            && word.EndsWith('s')
            && !word.EndsWith("ss", StringComparison.Ordinal)
            && !word.EndsWith("us", StringComparison.Ordinal)
        )
            word = word[..^1];
        if (word.Length > 5 && word.EndsWith("ing", StringComparison.Ordinal) && word is not "drawing")
            word = word[..^3];
        else if (word.Length > 4 && word.EndsWith("ed", StringComparison.Ordinal))
            word = word[..^2];
        return word.Length > 3 && word.EndsWith('e') ? word[..^1] : word;
    }
}
