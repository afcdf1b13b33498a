using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Doctor;

/// <summary>Examines this host and its database: versions, clock, certificate, session limits, connections.</summary>
internal sealed class HostDoctor(
    NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, SchemaMigration schemas, SecretsCheck secrets, StorageOptions storage,
    JobOptions jobs, TimeProvider clock)
{
    private const int OldestPostgres = 15;
    private const int ScheduleConnections = 14;

    private static readonly TimeSpan FarOff = TimeSpan.FromSeconds(20);

    public async IAsyncEnumerable<DoctorLine> ExamineAsync(DoctorLanguage language, [EnumeratorCancellation] CancellationToken ct)
    {
        var versions = await JudgeVersionsAsync(ct);
        yield return versions.In(language);
        yield return (await JudgeClockAsync(ct)).In(language);
        if (versions.Verdict == DoctorVerdict.Ok)
        {
            yield return (await JudgeCertificateAsync(ct)).In(language);
        }

        foreach (var finding in await JudgeSessionsAsync(ct))
        {
            yield return finding.In(language);
        }

        yield return (await JudgeConnectionsAsync(ct)).In(language);
    }

    private async Task<DoctorFinding> JudgeVersionsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var postgres = await ScalarAsync<string>("SHOW server_version", ct);
        if (await ScalarAsync<string>("SHOW server_version_num", ct) is var number && int.Parse(number, null) < OldestPostgres * 10_000)
        {
            return new(Checks.Versions, DoctorVerdict.Wrong, HostTexts.OldPostgres, postgres);
        }

        if (await DatabaseEncoding.ReadAsync(dataSource, ct) is { Encoding: not DatabaseEncoding.Needed } found)
        {
            return new(Checks.Versions, DoctorVerdict.Wrong, HostTexts.WrongEncoding, found.Database, found.Encoding);
        }

        return (await db.Database.GetPendingMigrationsAsync(ct)).Any() || !await schemas.SchedulersAreInstalledAsync(ct)
            ? new(Checks.Versions, DoctorVerdict.Wrong, HostTexts.NotMigrated)
            : new(Checks.Versions, DoctorVerdict.Ok, HostTexts.Versions, Assembly.GetExecutingAssembly().GetName().Version?.ToString(3), Environment.Version, postgres);
    }

    private async Task<DoctorFinding> JudgeClockAsync(CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        var off = (await DatabaseTime.AheadAsync(connection, clock, ct)).Duration();
        return off < DatabaseTime.HostsDiffer
            ? new(Checks.Clock, DoctorVerdict.Ok, HostTexts.ClockGood, Words.Of(DatabaseTime.HostsDiffer))
            : new(Checks.Clock, off < FarOff ? DoctorVerdict.Warning : DoctorVerdict.Wrong, HostTexts.ClockOff, Words.Of(off));
    }

    private async Task<DoctorFinding> JudgeCertificateAsync(CancellationToken ct)
    {
        try
        {
            await secrets.VerifyAsync(ct);
        }
        catch (ConfigurationException)
        {
            return new(Checks.Certificate, DoctorVerdict.Wrong, HostTexts.CertificateWrong);
        }

        if (storage.Certificate is not { } certificate)
        {
            return new(Checks.Certificate, DoctorVerdict.Warning, HostTexts.NoCertificate);
        }

        var until = ResultTable.Time(new DateTimeOffset(certificate.NotAfter));
        return certificate.NotAfter < clock.GetUtcNow().LocalDateTime + TimeSpan.FromDays(30)
            ? new(Checks.Certificate, DoctorVerdict.Warning, HostTexts.CertificateEnds, certificate.Subject, until)
            : new(Checks.Certificate, DoctorVerdict.Ok, HostTexts.Certificate, certificate.Subject, until);
    }

    private async Task<IReadOnlyList<DoctorFinding>> JudgeSessionsAsync(CancellationToken ct)
    {
        // A session without what the worker sends along shows what the role has.
        var plain = new NpgsqlConnectionStringBuilder(storage.ConnectionString) { Options = null, Pooling = false };
        await using var bare = NpgsqlDataSource.Create(plain.ConnectionString);
        var role = await ScalarAsync<string>("SELECT session_user::text", ct);
        var database = await ScalarAsync<string>("SELECT current_database()::text", ct);
        var (own, roles) = (await SettingsAsync(dataSource, ct), await SettingsAsync(bare, ct));
        var findings = new List<DoctorFinding>();
        foreach (var (name, value, most) in RoleSettings.Wanted)
        {
            var local = plain.Host?.StartsWith('/') == true && name.StartsWith("tcp_", StringComparison.Ordinal);
            if (!local && !IsWithin(own[name].Number, most))
            {
                findings.Add(new(Checks.Sessions, DoctorVerdict.Wrong, HostTexts.SettingWrong, name, own[name].Text, role, database, value));
            }
            else if (!local && !IsWithin(roles[name].Number, most))
            {
                findings.Add(new(Checks.Sessions, DoctorVerdict.Warning, HostTexts.SettingMissing, name, roles[name].Text, role, database, value));
            }
        }

        if (findings.Count == 0)
        {
            var shown = string.Join(", ", RoleSettings.Wanted.Select(wanted => $"{wanted.Name} {roles[wanted.Name].Text}"));
            findings.Add(new(Checks.Sessions, DoctorVerdict.Ok, HostTexts.SessionsGood, shown));
        }

        return findings;
    }

    /// <summary>0 means for ever, or that the system's two hours count.</summary>
    private static bool IsWithin(long number, long most) => number > 0 && number <= most;

    private async Task<DoctorFinding> JudgeConnectionsAsync(CancellationToken ct)
    {
        var workers = jobs.Workers + jobs.EventWorkers;
        // Hangfire's pool, Quartz's, and ours: a run holds one for its work and one for its heartbeat.
        var needed = (2 * workers) + 10 + ScheduleConnections + (2 * workers) + 5;
        var allowed = await ScalarAsync<int>("""
            SELECT least(
                current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
                (SELECT CASE WHEN rolconnlimit < 0 THEN 2147483647 ELSE rolconnlimit END FROM pg_roles WHERE rolname = session_user))
            """, ct);
        var used = await ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'", ct);
        return needed > allowed
            ? new(Checks.Connections, DoctorVerdict.Warning, HostTexts.ConnectionsFew, needed, allowed)
            : new(Checks.Connections, DoctorVerdict.Ok, HostTexts.ConnectionsGood, needed, allowed, used);
    }

    private static async Task<Dictionary<string, (long Number, string Text)>> SettingsAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var read = source.CreateCommand("SELECT name, setting::bigint, current_setting(name) FROM pg_settings WHERE name = ANY($1)");
        read.Add((object)RoleSettings.Wanted.Select(wanted => wanted.Name).ToArray());
        await using var reader = await read.ExecuteReaderAsync(ct);
        var settings = new Dictionary<string, (long, string)>();
        while (await reader.ReadAsync(ct))
        {
            settings[reader.GetString(0)] = (reader.GetInt64(1), reader.GetString(2));
        }

        return settings;
    }

    private async Task<T> ScalarAsync<T>(string sql, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }
}
