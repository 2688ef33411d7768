using TenantHub.Testing;

namespace TenantHub.LoadTests.Clusters;

/// <summary>What the emulator saw, held against what the hub promises.</summary>
internal sealed class Journal
{
    private readonly IReadOnlyList<JournalRecord> _records;

    private Journal(IReadOnlyList<JournalRecord> records) => _records = records;

    /// <summary>Gets the requests but those for tokens, oldest first.</summary>
    public IReadOnlyList<JournalRecord> Requests => [.. _records.Where(record => !record.IsToken)];

    public int TokenRequests => _records.Count(record => record.IsToken);

    public int RateLimited => _records.Count(record => record.Status == 429);

    public static Task<Journal> ReadAsync(EmulatedAutodesk autodesk) => ReadAsync(autodesk.Emulator);

    public static async Task<Journal> ReadAsync(EmulatorHost emulator) => new(await emulator.WholeJournalAsync());

    /// <summary>Forgets what was seen so far: linking and warming up are not what is measured.</summary>
    public static async Task ClearAsync(EmulatedAutodesk autodesk)
    {
        using var cleared = await autodesk.Emulator.Control.DeleteAsync(new Uri("/_emulator/journal", UriKind.Relative));
        cleared.EnsureSuccessStatusCode();
    }

    /// <summary>How often a request of an account was at Autodesk while another one of the same account was still there. Calls of an
    /// account run one at a time, so: never.</summary>
    public int Overlaps(IReadOnlyList<LoadAccount> accounts)
    {
        var owners = accounts
            .Select(account => (Id: account.Emulated.Id, account.Number))
            .Concat(
                accounts
                    .Where(account => account.Emulated.Project is not null)
                    .Select(account => (Id: account.Emulated.Project!, account.Number))
            )
            .ToDictionary(pair => "b." + pair.Id, pair => pair.Number);
        var overlaps = 0;
        foreach (
            var own in Requests
                .GroupBy(record => record.Path.Split('/').Select(part => owners.GetValueOrDefault(part, -1)).Max())
                .Where(group => group.Key >= 0)
        )
        {
            var ended = long.MinValue;
            foreach (var record in own.OrderBy(record => record.StartedUs))
            {
                if (record.StartedUs < ended)
                    overlaps++;
                ended = Math.Max(ended, record.EndedUs);
            }
        }

        return overlaps;
    }

    /// <summary>The requests that made folders, by the folder's name, in the order in which Autodesk got them. The journal must keep
    /// bodies.</summary>
    public IEnumerable<(string Name, JournalRecord Request)> FolderWrites() =>
        Requests
            .Where(record => record is { Method: "POST", Body: not null } && record.Path.EndsWith("/folders", StringComparison.Ordinal))
            .OrderBy(record => record.StartedUs)
            .Select(record => ((string)record.BodyJson!["data"]!["attributes"]!["name"]!, record));

    /// <summary>
    /// Of writes that were accepted: how many Autodesk does not have (lost), and how many it was made to carry out twice. A second try that
    /// came after the first had its effect is refused by Autodesk with 409, and counts too.
    /// </summary>
    public (int Lost, int Twice) Check(IReadOnlyCollection<string> accepted)
    {
        var writes = FolderWrites().ToLookup(write => write.Name, write => write.Request.Status);
        return (accepted.Count(name => !writes[name].Contains(201)), writes.Count(name => name.Count(status => status is 201 or 409) > 1));
    }
}
