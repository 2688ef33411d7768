using System.Security.Cryptography;

namespace TenantHub.Autodesk.Paging;

/// <summary>
/// Autodesk's positions in lists that accounts share can be the key of another account's bucket. They stay here and callers get a word for
/// them, which holds as long as nobody asks for too many others.
/// </summary>
public sealed class HiddenPositions(int capacity)
{
    private const char Mark = '~'; // In no bucket key and no cursor of Autodesk's.

    private readonly Dictionary<string, string> _positions = [];
    private readonly Queue<string> _order = new();

    internal static bool IsHidden(string position) => position.StartsWith(Mark);

    /// <summary>Gives a word for the position.</summary>
    public string Hide(string position)
    {
        if (_order.Count == capacity)
            _positions.Remove(_order.Dequeue());
        var word = Mark + RandomNumberGenerator.GetHexString(24, lowercase: true);
        _order.Enqueue(word);
        _positions[word] = position;
        return word;
    }

    /// <summary>Gives the position; null when it is not known any more.</summary>
    public string? Reveal(string word) => _positions.GetValueOrDefault(word);
}
