using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace WeComSync.Domain.Storage;

/// <summary>
/// The Data Protection keys as one read found them. A protector made from them never asks the database again and makes no key of its
/// own, so it works while PostgreSQL is away; who uses it reads again from time to time, because other hosts add keys.
/// </summary>
public sealed class StoredKeyRing
{
    private readonly List<string> keys;

    private StoredKeyRing(List<string> keys) => this.keys = keys;

    /// <summary>True before <c>migrate</c> has made the first key.</summary>
    public bool IsEmpty => keys.Count == 0;

    public static async Task<StoredKeyRing> ReadAsync(NpgsqlDataSource dataSource, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("SELECT xml FROM control.data_protection_keys ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var keys = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            keys.Add(reader.GetString(0));
        }

        return new StoredKeyRing(keys);
    }

    public bool HasSameKeysAs(StoredKeyRing other) => keys.SequenceEqual(other.keys);

    /// <summary>As <see cref="ReadAsync"/>, for whoever needs a key in the middle of something that cannot wait.</summary>
    internal static StoredKeyRing Read(NpgsqlDataSource dataSource) =>
        new([.. new DataProtectionKeyStore(dataSource).GetAllElements().Select(key => key.ToString(SaveOptions.DisableFormatting))]);

    /// <param name="options">Whose certificates unwrap the keys.</param>
    public SecretProtector Open(StorageOptions options) => new(OpenProvider(options));

    internal IDataProtectionProvider OpenProvider(StorageOptions options)
    {
        var services = new ServiceCollection();
        services.ProtectSecrets(options).DisableAutomaticKeyGeneration();
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new Snapshot(keys));
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>();
    }

    private sealed class Snapshot(List<string> keys) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() => keys.ConvertAll(xml => XElement.Parse(xml));

        public void StoreElement(XElement element, string friendlyName) =>
            throw new NotSupportedException("This protector makes no keys; 'migrate' and the worker do.");
    }
}
