namespace TenantHub.Autodesk;

/// <summary>Ids of ACC and BIM 360: accounts and projects are UUIDs, and some of Autodesk's families put <c>b.</c> before them.</summary>
public static class AccId
{
    private const int UuidLength = 36;

    /// <summary>Gives the id without <c>b.</c>; a UUID in small letters, so that all ways to write it are one.</summary>
    public static string Bare(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var bare = id.StartsWith("b.", StringComparison.OrdinalIgnoreCase) ? id[2..] : id;
        return IsUuid(bare, out var uuid) ? uuid.ToString() : bare;
    }

    /// <summary>Whether an id that <see cref="Bare"/> has given is an account's or a project's.</summary>
    public static bool IsBare(string id) => IsUuid(id, out _);

    /// <summary>.NET alone reads over white space around it.</summary>
    private static bool IsUuid(string id, out Guid uuid) => Guid.TryParseExact(id, "D", out uuid) && id.Length == UuidLength;
}
