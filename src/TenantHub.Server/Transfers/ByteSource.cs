using System.Globalization;
using System.Security.Cryptography;
using TenantHub.Errors;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>The bytes of one request: from where in the file on, whether the file ends with them, and what they must hash to.</summary>
internal sealed class ByteSource(Stream body, long offset, bool endsFile) : IDisposable
{
    private readonly byte[] _ahead = new byte[1];
    private IncrementalHash? _whole;
    private IncrementalHash? _chunk;
    private byte[]? _expected;

    public long Offset => offset;

    /// <summary>Gets whether parts are written down only when all bytes of the request have the hash that was declared for them.</summary>
    public bool HoldsRecords => _chunk is not null;

    /// <summary>Gets the parts that are stored and not written down yet.</summary>
    public List<UploadPart> Held { get; } = [];

    /// <summary>Has the whole file hashed, when the request begins with its first byte.</summary>
    public ByteSource HashingWhole(bool wanted)
    {
        if (wanted && offset == 0)
            _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        return this;
    }

    /// <summary>Has the request's bytes compared with a hash.</summary>
    public ByteSource Expecting(HashAlgorithmName algorithm, byte[] hash)
    {
        (_chunk, _expected) = (IncrementalHash.CreateHash(algorithm), hash);
        return this;
    }

    public async ValueTask<int> FillAsync(Memory<byte> part, CancellationToken cancellationToken) =>
        await body.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, cancellationToken);

    /// <summary>Whether the file ends here: with its last byte when its size is known, else with the request.</summary>
    public bool IsLast(long end, UploadDescription upload, int filled) =>
        upload.Size is { } size ? end == size : endsFile && filled < upload.PartBytes;

    /// <summary>What is wrong with the length of what came.</summary>
    public ServiceError? FaultOf(long position, int filled, UploadDescription upload)
    {
        if (upload.Size is not { } size)
            return null;
        if (position + filled > size)
            return MoreThan(size);
        return endsFile && filled < upload.PartBytes && position + filled < size
            ? OtherLength(size, "only " + Text(position + filled)) with
            {
                NextStep = "Send the file to its end, or begin a new upload with the size that it has.",
            }
            : null;
    }

    /// <summary>Whether bytes come after the file's last one.</summary>
    public async ValueTask<bool> HasMoreAsync(CancellationToken cancellationToken) => await body.ReadAsync(_ahead, cancellationToken) > 0;

    public static ServiceError MoreThan(long size) => OtherLength(size, "more");

    /// <summary>Takes what is sent on into the hashes.</summary>
    public void Take(ReadOnlySpan<byte> part)
    {
        _whole?.AppendData(part);
        _chunk?.AppendData(part);
    }

    /// <summary>What fills no part is not sent on; the hash of the request covers it all the same.</summary>
    public void Leave(ReadOnlySpan<byte> rest) => _chunk?.AppendData(rest);

    /// <summary>Has the parts written down that were held back, when the bytes have the hash that was declared.</summary>
    public async Task<ServiceError?> ReleaseAsync(Func<UploadPart, Task<ServiceError?>> record)
    {
        if (_chunk is null)
            return null;
        if (!_chunk.GetHashAndReset().AsSpan().SequenceEqual(_expected))
            return WrongChecksum();
        foreach (var part in Held)
        {
            if (await record(part) is { } error)
                return error;
        }

        return null;
    }

    /// <summary>The SHA-256 of what was taken; null when it is not the file from its first byte on.</summary>
    public string? WholeHash() => _whole is not null ? Convert.ToHexStringLower(_whole.GetCurrentHash()) : null;

    public void Dispose()
    {
        _whole?.Dispose();
        _chunk?.Dispose();
    }

    private static ServiceError OtherLength(long size, string came) =>
        new(
            ErrorCode.InvalidInput,
            ErrorSource.Caller,
            $"The file was declared with {Text(size)} bytes, and {came} came. Nothing was made of them."
        )
        {
            NextStep = "Begin a new upload with the size that the file has.",
            Faults = [new("size", "must be the length of the file.")],
        };

    private static ServiceError WrongChecksum() =>
        new(
            ErrorCode.ChecksumMismatch,
            ErrorSource.Caller,
            "The bytes of this request do not have the hash in Upload-Checksum. They were not taken."
        )
        {
            NextStep = "Send them again from the same offset.",
        };

    private static string Text(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);
}
