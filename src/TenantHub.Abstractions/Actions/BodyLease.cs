using System.Buffers;

namespace TenantHub.Actions;

/// <summary>
/// The pooled buffer in which a call's answer stands. It has one owner, who made the call and gives the buffer back when the answer is
/// written out and nobody reads it any more. It does not travel: a call that goes to another silo arrives without it, and its answer
/// comes back in an array of its own.
/// </summary>
internal sealed class BodyLease : IDisposable
{
    /// <summary>The pool would keep larger ones for good.</summary>
    public const int Largest = 1024 * 1024;

    private byte[]? _buffer;
    private int _length;
    private volatile bool _isAbandoned;

    /// <summary>Takes over a buffer that the reader of an answer has rented and filled. One that it had before is left to the garbage
    /// collector: an attempt that failed may have it still.</summary>
    public void Keep(byte[] rented, int length) => (_length, _buffer) = (length, rented);

    /// <summary>Says that nobody knows whether the buffer is still read or written: it does not go back to the pool.</summary>
    public void Abandon() => _isAbandoned = true;

    /// <summary>Clears the buffer, because it held a customer's data, and gives it back.</summary>
    public void Dispose()
    {
        if (_isAbandoned || Interlocked.Exchange(ref _buffer, null) is not { } buffer)
            return;
        Array.Clear(buffer, 0, _length);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
