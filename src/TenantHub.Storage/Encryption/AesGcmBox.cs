using System.Security.Cryptography;

namespace TenantHub.Storage.Encryption;

/// <summary>
/// AES-256-GCM as one piece of bytes: format version, nonce, tag, ciphertext. The nonce is random: with 96 bits one key may seal billions
/// of values, and ours seal a handful each.
/// </summary>
internal static class AesGcmBox
{
    public const int KeyBytes = 32;
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeadBytes = 1 + NonceBytes + TagBytes;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated)
    {
        var box = new byte[HeadBytes + plain.Length];
        box[0] = Version;
        var nonce = box.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, box.AsSpan(HeadBytes), box.AsSpan(1 + NonceBytes, TagBytes), associated);
        return box;
    }

    /// <exception cref="CryptographicException">The box was changed, or was not sealed with this key and these associated data.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> associated)
    {
        if (box.Length < HeadBytes || box[0] != Version)
            throw new CryptographicException("This is not a sealed value of a known format.");
        var plain = new byte[box.Length - HeadBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(box.Slice(1, NonceBytes), box[HeadBytes..], box.Slice(1 + NonceBytes, TagBytes), plain, associated);
        return plain;
    }
}
