using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WeComSync.Callbacks.Inbox;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>Events below the HTTP layer.</summary>
internal static class TestEvents
{
    public static InboxEvent Make(long tenantId, int number)
    {
        var key = number.ToString(CultureInfo.InvariantCulture);
        return new InboxEvent(
            tenantId,
            Channel.Contacts,
            SHA256.HashData(Encoding.UTF8.GetBytes(key)),
            DateTimeOffset.UtcNow,
            DateTimeOffset.FromUnixTimeSeconds(1767322811),
            "change_contact",
            null,
            key,
            Encoding.UTF8.GetBytes($"payload {key}"));
    }
}
