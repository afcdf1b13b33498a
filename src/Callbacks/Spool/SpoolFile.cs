using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using WeComSync.Callbacks.Inbox;
using WeComSync.Domain.Storage;

namespace WeComSync.Callbacks.Spool;

/// <summary>
/// The form of one spooled event: a mark, the tenant's id, and the event as JSON, protected for this tenant. Protection also notices
/// every torn or foreign file. A host of another release may read it: add fields, never change one.
/// </summary>
internal static class SpoolFile
{
    private static ReadOnlySpan<byte> Mark => "WCSspool"u8;

    private const int HeadBytes = 16;

    public static byte[] Write(SecretProtector protector, InboxEvent spooled)
    {
        var sealedEvent = protector.Protect(
            spooled.TenantId, SecretFields.CallbackSpool, JsonSerializer.SerializeToUtf8Bytes(spooled, SpoolJson.Default.InboxEvent));
        var file = new byte[HeadBytes + sealedEvent.Length];
        Mark.CopyTo(file);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(Mark.Length), spooled.TenantId);
        sealedEvent.CopyTo(file, HeadBytes);
        return file;
    }

    /// <returns>Null when the file is torn, foreign, or protected by keys that this host has not.</returns>
    public static InboxEvent? Read(SecretProtector protector, ReadOnlySpan<byte> file)
    {
        if (file.Length < HeadBytes || !file.StartsWith(Mark))
        {
            return null;
        }

        try
        {
            var tenantId = BinaryPrimitives.ReadInt64LittleEndian(file[Mark.Length..]);
            var json = protector.Unprotect(tenantId, SecretFields.CallbackSpool, file[HeadBytes..].ToArray());
            var spooled = JsonSerializer.Deserialize(json, SpoolJson.Default.InboxEvent);
            return spooled?.TenantId == tenantId ? spooled : null;
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or JsonException)
        {
            return null;
        }
    }
}
