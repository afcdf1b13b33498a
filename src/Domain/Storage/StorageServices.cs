using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace WeComSync.Domain.Storage;

public static class StorageServices
{
    /// <summary>Registers the database, the model and the protection of stored secrets.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(_ => NpgsqlDataSource.Create(options.ConnectionString));
        services.AddDbContextFactory<SyncDbContext>((provider, db) => Configure(db, provider.GetRequiredService<NpgsqlDataSource>()));

        services.ProtectSecrets(options);
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(
            keys => keys.XmlRepository = new DataProtectionKeyStore(provider.GetRequiredService<NpgsqlDataSource>())));
        services.AddSingleton(provider => new SecretProtector(
            provider.GetRequiredService<IDataProtectionProvider>(),
            () => StoredKeyRing.Read(provider.GetRequiredService<NpgsqlDataSource>()).OpenProvider(options)));
        services.AddSingleton<SecretsCheck>();
        return services;
    }

    /// <summary>Data Protection as all hosts must set it up to read each other's secrets.</summary>
    internal static IDataProtectionBuilder ProtectSecrets(this IServiceCollection services, StorageOptions options)
    {
        var protection = services.AddDataProtection().SetApplicationName("WeComSync");
        if (options.Certificate is { } certificate)
        {
            protection.ProtectKeysWithCertificate(certificate);
        }

        return options.FormerCertificate is { } former ? protection.UnprotectKeysWithAnyCertificate(former) : protection;
    }

    internal static void Configure(DbContextOptionsBuilder db, NpgsqlDataSource dataSource) =>
        db.UseNpgsql(dataSource, npgsql => npgsql.MigrationsHistoryTable("migrations", ControlModel.Schema)).UseSnakeCaseNamingConvention();
}
