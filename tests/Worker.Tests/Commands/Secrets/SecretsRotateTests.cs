using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using Xunit;

namespace WeComSync.Worker.Tests.Commands.Secrets;

/// <summary>SE 21: another certificate and another key for everything that is stored, by a command that may be killed.</summary>
public sealed partial class SecretsRotateTests
{
    /// <summary>What each field was filled with.</summary>
    private const string Clear = "canary of the rotation";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_values_are_protected_anew_through_two_kills_and_the_former_certificate_is_needed_no_more()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("certificates");
        await using var empty = await EmptyDatabase.CreateAsync(Cancel);
        try
        {
            var (first, second) = (Certificate(directory, "first.pfx"), Certificate(directory, "second.pfx"));
            (string, string?)[] before = [("DOTNET_ENVIRONMENT", null), ("Secrets__CertificatePath", first)];
            (string, string?)[] both = [("DOTNET_ENVIRONMENT", null), ("Secrets__CertificatePath", second), ("Secrets__FormerCertificatePath", first)];
            (string, string?)[] after = [("DOTNET_ENVIRONMENT", null), ("Secrets__CertificatePath", second)];
            Assert.Equal(ExitCodes.Done, (await WorkerProcess.RunAsync(empty.ConnectionString, ["migrate"], before)).ExitCode);
            await using var storage = Open(empty, first, former: null);
            await FillAsync(storage, values: 10_000);
            // A host that has both runs all the while; it knows no other key than the first.
            await using var running = Open(empty, second, first);
            await AssertReadableAsync(running);

            foreach (var progress in new[] { "control.wecom_settings.token: ", "control.callback_events.payload: 2,000" })
            {
                await using var rotation = WorkerProcess.Start(empty.ConnectionString, ["secrets", "rotate"], both);
                await rotation.WaitForErrorAsync(progress);
                rotation.Kill();
                await rotation.WaitForExitAsync();
                Assert.InRange(await OldAsync(storage), 1, 9_999);
                await AssertReadableAsync(running);
            }

            var done = await WorkerProcess.RunAsync(empty.ConnectionString, ["secrets", "rotate", "--json"], both);
            Assert.True(done.ExitCode == ExitCodes.Done, done.Error);
            using var report = JsonDocument.Parse(done.Output);
            Assert.True(report.RootElement.GetProperty("resumed").GetBoolean());
            Assert.Equal(0, await OldAsync(storage));
            Assert.Equal(0L, await ReadAsync<long>(storage, "SELECT count(*) FROM control.data_protection_keys WHERE xml LIKE '%masterKey%'"));
            await AssertReadableAsync(running);
            await using var renewed = Open(empty, second, former: null);
            await AssertReadableAsync(renewed);
            // One key more than before, however often it was killed; what a running host protects with the first opens too.
            Assert.Equal(2L, await ReadAsync<long>(storage, "SELECT count(*) FROM control.data_protection_keys"));
            Assert.Equal(Clear, renewed.GetRequiredService<SecretProtector>().Unprotect(7, SecretFields.WelcomeCode, storage.GetRequiredService<SecretProtector>().Protect(7, SecretFields.WelcomeCode, Clear)));

            Assert.Equal(ExitCodes.Done, (await WorkerProcess.RunAsync(empty.ConnectionString, ["status"], after)).ExitCode);
            var refused = await WorkerProcess.RunAsync(empty.ConnectionString, ["status"], before);
            Assert.Equal(ExitCodes.Failed, refused.ExitCode);
            Assert.Contains("does not open the secrets", refused.LastErrorLine, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Column_that_was_forgotten_is_named_and_a_value_that_does_not_open_is_left_and_counted()
    {
        await using var database = new TestDatabase();
        await database.InitializeAsync();
        await ExecuteAsync(database.Services, "CREATE TABLE control.new_feature (id int, notes jsonb)");
        await ExecuteAsync(
            database.Services, "INSERT INTO control.new_feature VALUES (1, jsonb_build_object('a', $1))", database.Protector.Protect(1, SecretFields.WelcomeCode, Clear));

        await ExecuteAsync(
            database.Services,
            "INSERT INTO control.contact_notices (tenant_id, event_id, kind, user_id, external_user_id, at, pending, welcome_code) VALUES (1, 1, 'added', 'u', 'x', now(), false, $1)",
            database.Protector.Protect(2, SecretFields.WelcomeCode, Clear));

        var result = await WorkerProcess.RunAsync(database.ConnectionString, ["secrets", "rotate"]);
        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("control.new_feature.notes", result.LastErrorLine, StringComparison.Ordinal);

        await ExecuteAsync(database.Services, "DROP TABLE control.new_feature");
        result = await WorkerProcess.RunAsync(database.ConnectionString, ["secrets", "rotate"]);
        Assert.Equal(ExitCodes.Partial, result.ExitCode);
        Assert.Contains("1 values do not open", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Nothing can be protected under a name that is not in <see cref="SecretFields"/>, so this finds every new column.</summary>
    [Fact]
    public void Every_field_that_can_be_protected_has_a_column_that_is_rotated()
    {
        var stored = SecretColumns.All.SelectMany(column => column.Key[^1] == "channel"
            ? Enum.GetValues<Channel>().Select(channel => column.Field(EnumText.Of(channel)))
            : [column.Field(1)]).ToHashSet();
        var members = typeof(SecretFields).GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(member => member.Name != nameof(SecretFields.IsKnown)).ToList();
        foreach (var member in members)
        {
            var field = member switch
            {
                FieldInfo constant => (string)constant.GetValue(null)!,
                MethodInfo method => (string)method.Invoke(null, [Sample(method.GetParameters().Single().ParameterType)])!,
                _ => throw new InvalidOperationException($"{member.Name} is neither a name nor makes one."),
            };
            Assert.True(SecretFields.IsKnown(field), $"{member.Name} cannot be used.");
            // Spooled files go into the inbox and are gone; old keys open them for as long as that takes.
            Assert.True(field == SecretFields.CallbackSpool || stored.Contains(field), $"{member.Name} is in no column of {nameof(SecretColumns)}.");
        }

        Assert.All(stored, field => Assert.True(SecretFields.IsKnown(field)));
        var protector = new SecretProtector(new Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider());
        Assert.Throws<ArgumentException>(() => protector.Protect(1, "something.new", Clear));
    }

    /// <summary>
    /// A field may be stored in two columns, as a callback's token and the former one are, so fields do not tell of each column: names do.
    /// What is called something else and was forgotten is found by the command itself, see above.
    /// </summary>
    [Fact]
    public void Every_column_that_is_called_like_a_secret_is_rotated_or_is_known_to_be_none()
    {
        using var services = new ServiceCollection().AddStorage(new StorageOptions { ConnectionString = "Host=unused" }).BuildServiceProvider();
        using var db = services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContext();
        var called = db.Model.GetEntityTypes().Where(table => table.GetSchema() == "control")
            .SelectMany(table => table.GetProperties().Where(column => column.ClrType == typeof(string) || column.ClrType == typeof(byte[]))
                .Select(column => $"{table.GetTableName()}.{column.GetColumnName()}"))
            .Where(name => CalledLikeASecret().IsMatch(name));

        Assert.Equal(
            SecretColumns.All.Select(column => $"{column.Table}.{column.Column}").Concat(NoSecrets).Order(StringComparer.Ordinal),
            called.Order(StringComparer.Ordinal));
    }

    /// <summary>Hashes, ids that are shown, and what ends a session when it changes.</summary>
    private static readonly string[] NoSecrets =
    [
        "access_tokens.secret_hash", "accounts.configured_stamp", "accounts.password_hash", "accounts.security_stamp", "callback_events.object_key",
        "local_users.user_key", "tenants.callback_key", "token_refusals.secret_hash",
    ];

    [GeneratedRegex(@"\.(.*_)?(secret|token|pem|payload|code|codes|protected|password|stamp)(_hash)?$|_key$")]
    private static partial Regex CalledLikeASecret();

    private static object Sample(Type type) => type == typeof(Channel) ? Channel.App : Convert.ChangeType(1, type, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Storage as a host has it.</summary>
    private static ServiceProvider Open(EmptyDatabase database, string certificate, string? former)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(new StorageOptions
        {
            ConnectionString = database.ConnectionString,
            Certificate = X509CertificateLoader.LoadPkcs12FromFile(certificate, null),
            FormerCertificate = former is null ? null : X509CertificateLoader.LoadPkcs12FromFile(former, null),
        });
        return services.BuildServiceProvider();
    }

    /// <summary>Every column that can hold a protected value gets some.</summary>
    private static async Task FillAsync(IServiceProvider storage, int values)
    {
        var protector = storage.GetRequiredService<SecretProtector>();
        const int Tenants = 400;
        await ExecuteAsync(storage, $"""
            INSERT INTO control.tenants (key, name, corp_id, enabled, time_zone, callback_key, state, max_removed_percent, max_removed, created_at, changed_at)
            SELECT 't' || n, 't', 'ww' || n, true, 'UTC', 'k' || n, 'active', 10, 50, now(), now() FROM generate_series(1, {Tenants}) AS n
            """);
        await ExecuteAsync(storage, """
            INSERT INTO control.accounts (email, normalized_email, security_stamp, is_operator, two_factor, recovery_codes, failed_logins, created_at)
            VALUES ('a', 'A', '', false, false, '{}', 0, now())
            """);
        var ids = await ReadAsync<long[]>(storage, "SELECT array_agg(id ORDER BY id) FROM control.tenants");
        string[] Of(Func<long, string> field) => [.. ids.Select(id => protector.Protect(id, field(id), Clear))];
        await ExecuteAsync(storage, """
            INSERT INTO control.wecom_settings (tenant_id, channel, secret, token, encoding_aes_key, former_token, former_encoding_aes_key)
            SELECT id, 'app', s, t, k, t, k FROM unnest($1, $2, $3, $4) AS v (id, s, t, k)
            """, ids, Of(_ => SecretFields.Secret(Channel.App)), Of(_ => SecretFields.Token(Channel.App)), Of(_ => SecretFields.EncodingAesKey(Channel.App)));
        await ExecuteAsync(storage, """
            INSERT INTO control.access_tokens (tenant_id, channel, token, secret_hash, obtained_at, expires_at)
            SELECT id, 'contacts', t, '\x00', now(), now() FROM unnest($1, $2) AS v (id, t)
            """, ids, Of(_ => SecretFields.AccessToken(Channel.Contacts)));
        await ExecuteAsync(
            storage, "INSERT INTO control.archive_keys (tenant_id, version, pem, set_at) SELECT id, 3, p, now() FROM unnest($1, $2) AS v (id, p)",
            ids, Of(_ => SecretFields.ArchiveKey(3)));
        await ExecuteAsync(storage, """
            INSERT INTO control.contact_notices (tenant_id, event_id, kind, user_id, external_user_id, at, pending, welcome_code)
            SELECT id, 1, 'added', 'u', 'x', now(), false, w FROM unnest($1, $2) AS v (id, w)
            """, ids, Of(_ => SecretFields.WelcomeCode));
        var account = await ReadAsync<long>(storage, "SELECT id FROM control.accounts");
        await ExecuteAsync(storage, "UPDATE control.accounts SET authenticator_key = $1", protector.Protect(0, SecretFields.AuthenticatorKey(account), Clear));
        var events = values - (int)await OldAsync(storage, everything: true);
        var payloads = Enumerable.Range(0, events - Tenants).Select(n => protector.Protect(ids[n % Tenants], SecretFields.CallbackPayload, System.Text.Encoding.UTF8.GetBytes(Clear))).ToArray();
        await ExecuteAsync(storage, $"""
            INSERT INTO control.callback_events (tenant_id, channel, digest, received_at, event, payload, welcome_code)
            SELECT $1[1 + (n - 1) % {Tenants}], 'contacts', int8send(n), now(), 'e', p, CASE WHEN n <= {Tenants} THEN $3[n] END FROM unnest($2) WITH ORDINALITY AS v (p, n)
            """, ids, payloads, Of(_ => SecretFields.WelcomeCode));
        Assert.Equal(values, await OldAsync(storage, everything: true));
    }

    /// <summary>Reads every value of every column; each column must have some.</summary>
    private static async Task AssertReadableAsync(IServiceProvider storage)
    {
        var protector = storage.GetRequiredService<SecretProtector>();
        foreach (var column in SecretColumns.All)
        {
            await using var command = storage.GetRequiredService<NpgsqlDataSource>().CreateCommand(
                $"SELECT {column.Column}, {column.Tenant ?? "0::bigint"}, {column.Key[^1]} FROM control.{column.Table} WHERE {column.Column} IS NOT NULL");
            await using var reader = await command.ExecuteReaderAsync(Cancel);
            var read = 0;
            while (await reader.ReadAsync(Cancel))
            {
                var (tenant, field) = (reader.GetInt64(1), column.Field(reader.GetValue(2)));
                var text = column.IsBytes
                    ? System.Text.Encoding.UTF8.GetString(protector.Unprotect(tenant, field, reader.GetFieldValue<byte[]>(0)))
                    : protector.Unprotect(tenant, field, reader.GetString(0));
                Assert.Equal(column.Column == "protected" ? "WeComSync" : Clear, text);
                read++;
            }

            Assert.True(read > 0, $"{column} has no value.");
        }
    }

    /// <summary>How many values the first key protects, or, at the beginning, how many there are.</summary>
    private static async Task<long> OldAsync(IServiceProvider storage, bool everything = false)
    {
        var head = storage.GetRequiredService<SecretProtector>().Protect(0, SecretFields.Probe, Array.Empty<byte>()).AsSpan(0, 20).ToArray();
        var old = 0L;
        foreach (var column in SecretColumns.All)
        {
            var bytes = column.IsBytes ? $"substring({column.Column} FROM 1 FOR 20)" : $"substring(decode(translate(left({column.Column}, 28), '-_', '+/'), 'base64') FROM 1 FOR 20)";
            old += await ReadAsync<long>(storage, $"SELECT count(*) FROM control.{column.Table} WHERE {column.Column} IS NOT NULL AND ({everything} OR {bytes} = $1)", head);
        }

        return old;
    }

    private static string Certificate(DirectoryInfo directory, string name)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(directory.FullName, name);
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx));
        return path;
    }

    private static async Task ExecuteAsync(IServiceProvider storage, string sql, params object[] values)
    {
        await using var command = Command(storage, sql, values);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static async Task<T> ReadAsync<T>(IServiceProvider storage, string sql, params object[] values)
    {
        await using var command = Command(storage, sql, values);
        return (T)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private static NpgsqlCommand Command(IServiceProvider storage, string sql, object[] values)
    {
        var command = storage.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        command.Parameters.AddRange(values.Select(value => new NpgsqlParameter { Value = value }).ToArray());
        return command;
    }
}
