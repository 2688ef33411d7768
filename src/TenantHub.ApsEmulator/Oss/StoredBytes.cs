using System.Security.Cryptography;

namespace TenantHub.ApsEmulator.Oss;

/// <summary>Bytes that were uploaded: small ones in memory, large ones in a temporary file, so that memory stays flat. Or only their length and
/// hashes, for files that are larger than the disk; then nobody can read them.</summary>
internal sealed class StoredBytes : IDisposable
{
    private const int InMemory = 1024 * 1024;

    private readonly byte[]? _memory;
    private readonly string? _file;

    private StoredBytes(byte[]? memory, string? file, long length, byte[] md5, byte[] sha1) =>
        (_memory, _file, Length, Md5, Sha1) = (memory, file, length, md5, sha1);

    public long Length { get; }

    public bool IsKept => _memory is not null || _file is not null;

    public byte[] Md5 { get; }

    public byte[] Sha1 { get; }

    public string ETag => $"\"{Convert.ToHexStringLower(Md5)}\"";

    public static StoredBytes From(byte[] bytes)
    {
        using var writer = new Writer();
        writer.Append(bytes);
        return writer.Finish();
    }

    public static async Task<StoredBytes> ReadAsync(Stream content, bool keep, CancellationToken cancellationToken)
    {
        using var writer = new Writer(keep);
        var buffer = new byte[64 * 1024];
        while (await content.ReadAsync(buffer, cancellationToken) is var read and > 0)
            writer.Append(buffer.AsSpan(0, read));
        return writer.Finish();
    }

    /// <summary>One object out of the parts of an upload; the parts are gone afterwards. Of bytes that were not kept the hashes are those of
    /// their parts' hashes.</summary>
    public static StoredBytes Join(IReadOnlyList<StoredBytes> parts)
    {
        if (parts.Count == 1)
            return parts[0];
        if (parts.Any(part => !part.IsKept))
            return Counted(parts);
        using var writer = new Writer();
        var buffer = new byte[64 * 1024];
        foreach (var part in parts)
        {
            using (var content = part.Open())
            {
                while (content.Read(buffer) is var read and > 0)
                    writer.Append(buffer.AsSpan(0, read));
            }

            part.Dispose();
        }

        return writer.Finish();
    }

    private static StoredBytes Counted(IReadOnlyList<StoredBytes> parts)
    {
        using var hashes = new Writer(keep: false);
        foreach (var part in parts)
            hashes.Append(part.Sha1);
        var all = hashes.Finish();
        return new(null, null, parts.Sum(part => part.Length), all.Md5, all.Sha1);
    }

    /// <summary>The same bytes once more, which outlive these.</summary>
    public StoredBytes Copy()
    {
        if (!IsKept)
            return this;
        using var writer = new Writer();
        using var content = Open();
        var buffer = new byte[64 * 1024];
        while (content.Read(buffer) is var read and > 0)
            writer.Append(buffer.AsSpan(0, read));
        return writer.Finish();
    }

    public Stream Open() =>
        _memory is not null ? new MemoryStream(_memory, writable: false) : new FileStream(_file!, FileMode.Open, FileAccess.Read);

    public void Dispose()
    {
        if (_file is not null && File.Exists(_file))
            File.Delete(_file);
    }

    /// <summary>Takes bytes in, hashing them, and moves to a file when they become many.</summary>
    private sealed class Writer(bool keep = true) : IDisposable
    {
        private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5); // S3's ETag.
        private readonly IncrementalHash _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1); // What OSS reports.
        private readonly MemoryStream _memory = new();
        private FileStream? _file;
        private long _length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            _md5.AppendData(bytes);
            _sha1.AppendData(bytes);
            _length += bytes.Length;
            if (!keep)
                return;
            if (_file is null && _length > InMemory)
            {
                _file = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.Write);
                _file.Write(_memory.GetBuffer().AsSpan(0, (int)_memory.Length));
            }

            if (_file is null)
                _memory.Write(bytes);
            else
                _file.Write(bytes);
        }

        public StoredBytes Finish() =>
            new(keep && _file is null ? _memory.ToArray() : null, _file?.Name, _length, _md5.GetHashAndReset(), _sha1.GetHashAndReset());

        public void Dispose()
        {
            _file?.Dispose();
            _memory.Dispose();
            _md5.Dispose();
            _sha1.Dispose();
        }
    }
}
