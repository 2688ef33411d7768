using System.Collections;

namespace TenantHub.Quotas;

/// <summary>
/// A sorted set that also tells how many are before one of them. Each operation costs steps by the logarithm of the size: a treap, whose
/// nodes know the size of what is below them.
/// </summary>
internal sealed class RankedSet<T>(IComparer<T> comparer) : IEnumerable<T>
    where T : class
{
    private Node? _root;
    private uint _priority = 2_463_534_242;

    public int Count => SizeOf(_root);

    /// <summary>Gets the first one; null when there is none.</summary>
    public T? Min
    {
        get
        {
            var node = _root;
            while (node?.Left is { } left)
                node = left;
            return node?.Item;
        }
    }

    /// <summary>Gets how many comparisons were made: the work, as it can be counted.</summary>
    public long Steps { get; private set; }

    public void Add(T item)
    {
        var (before, after) = Split(_root, item);
        _root = Join(Join(before, new Node(item, NextPriority())), after);
    }

    public void Remove(T item) => _root = Without(_root, item);

    public void Clear() => _root = null;

    public int CountBefore(T item)
    {
        var (before, node) = (0, _root);
        while (node is not null)
        {
            if (Compare(item, node) <= 0)
            {
                node = node.Left;
            }
            else
            {
                before += SizeOf(node.Left) + 1;
                node = node.Right;
            }
        }

        return before;
    }

    public IEnumerator<T> GetEnumerator()
    {
        var (path, node) = (new Stack<Node>(), _root);
        while (node is not null || path.Count > 0)
        {
            for (; node is not null; node = node.Left)
                path.Push(node);
            var next = path.Pop();
            yield return next.Item;
            node = next.Right;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private (Node? Before, Node? After) Split(Node? node, T item)
    {
        if (node is null)
            return (null, null);
        if (Compare(item, node) <= 0)
        {
            (var before, node.Left) = Split(node.Left, item);
            return (before, node.Counted());
        }

        (node.Right, var after) = Split(node.Right, item);
        return (node.Counted(), after);
    }

    private static Node? Join(Node? before, Node? after)
    {
        if (before is null || after is null)
            return before ?? after;
        if (before.Priority > after.Priority)
        {
            before.Right = Join(before.Right, after);
            return before.Counted();
        }

        after.Left = Join(before, after.Left);
        return after.Counted();
    }

    private Node? Without(Node? node, T item)
    {
        if (node is null)
            return null;
        var side = Compare(item, node);
        if (side == 0)
            return Join(node.Left, node.Right);
        if (side < 0)
            node.Left = Without(node.Left, item);
        else
            node.Right = Without(node.Right, item);
        return node.Counted();
    }

    private int Compare(T item, Node node)
    {
        Steps++;
        return comparer.Compare(item, node.Item);
    }

    private static int SizeOf(Node? node) => node?.Size ?? 0;

    /// <summary>Marsaglia's xorshift: even enough to keep the tree flat, and the same in every run.</summary>
    private uint NextPriority()
    {
        _priority ^= _priority << 13;
        _priority ^= _priority >> 17;
        return _priority ^= _priority << 5;
    }

    private sealed class Node(T item, uint priority)
    {
        public T Item => item;

        public uint Priority => priority;

        public Node? Left { get; set; }

        public Node? Right { get; set; }

        public int Size { get; private set; } = 1;

        public Node Counted()
        {
            Size = SizeOf(Left) + 1 + SizeOf(Right);
            return this;
        }
    }
}
