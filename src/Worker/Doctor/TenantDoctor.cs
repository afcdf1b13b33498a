using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Doctor;

/// <summary>
/// Examines one tenant: credentials, address, visible range, lists, details, callbacks, clock. It asks WeCom a dozen times, changes
/// no setting and no mirrored row, and works for stopped tenants too.
/// </summary>
internal sealed class TenantDoctor(
    CredentialChecks credentials, DirectoryChecks directory, CustomerCheck customers, CallbackCheck callbacks, WeComClock weComClock,
    IDbContextFactory<SyncDbContext> contexts, NpgsqlDataSource dataSource, TimeProvider clock)
{
    private static readonly TimeSpan SlightlyOff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FarOff = TimeSpan.FromMinutes(2);

    /// <summary>A day and the time that a full sync may take.</summary>
    private static readonly TimeSpan OldRun = TimeSpan.FromHours(30);

    /// <summary>Finds one line after the other, each as soon as it is known.</summary>
    /// <exception cref="InvalidOperationException">There is no such tenant.</exception>
    public IAsyncEnumerable<DoctorLine> ExamineAsync(long tenantId, DoctorLanguage language, CancellationToken ct) =>
        FindAsync(tenantId, ct).Select(finding => finding.In(language));

    /// <summary>The same in no language yet. An examination that comes to its end is remembered: the console's guide ticks off what it found to work.</summary>
    /// <exception cref="InvalidOperationException">There is no such tenant.</exception>
    public async IAsyncEnumerable<DoctorFinding> FindAsync(long tenantId, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var visit = new DoctorVisit(await db.Tenants.AsNoTracking().Include(tenant => tenant.Settings).SingleAsync(tenant => tenant.Id == tenantId, ct));
        var began = clock.GetUtcNow();
        var verdicts = new Dictionary<string, DoctorVerdict>();
        await foreach (var finding in FindAsync(visit, ct))
        {
            var check = finding.Check.English;
            verdicts[check] = verdicts.TryGetValue(check, out var worse) && worse > finding.Verdict ? worse : finding.Verdict;
            yield return finding;
        }

        await RememberAsync(tenantId, began, verdicts, ct);
    }

    private async Task RememberAsync(long tenantId, DateTimeOffset began, Dictionary<string, DoctorVerdict> verdicts, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            INSERT INTO control.doctor_verdicts AS v (tenant_id, subject, verdict, seen_at)
            SELECT $1, u.subject, u.verdict, $2 FROM unnest($3::text[], $4::text[]) AS u (subject, verdict)
            ON CONFLICT (tenant_id, subject) DO UPDATE SET verdict = excluded.verdict, seen_at = excluded.seen_at WHERE v.seen_at <= excluded.seen_at
            """);
        command.Add(tenantId, began, verdicts.Keys.ToArray(), verdicts.Values.Select(EnumText.Of).ToArray());
        await command.ExecuteNonQueryAsync(ct);
    }

    private async IAsyncEnumerable<DoctorFinding> FindAsync(DoctorVisit visit, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return JudgeState(visit.Tenant);
        await foreach (var finding in credentials.RunAsync(visit, ct))
        {
            yield return finding;
        }

        if (visit.Working.Count == 0)
        {
            yield return new DoctorFinding(Checks.Lists, DoctorVerdict.Wrong, TenantTexts.NotChecked);
        }

        await foreach (var finding in directory.RunAsync(visit, ct))
        {
            yield return finding;
        }

        yield return await JudgeFieldsAsync(visit.Tenant, ct);
        await foreach (var finding in customers.RunAsync(visit, ct))
        {
            yield return finding;
        }

        foreach (var finding in await callbacks.RunAsync(visit.Tenant, ct))
        {
            yield return finding;
        }

        yield return await JudgeRunsAsync(visit.Tenant, ct);
        yield return JudgeClock();
    }

    private static DoctorFinding JudgeState(Tenant tenant) => tenant switch
    {
        { Enabled: false } => new(Checks.Tenant, DoctorVerdict.Wrong, TenantTexts.Disabled) { Page = "" },
        { SwitchedOn: false } => new(Checks.Tenant, DoctorVerdict.Wrong, TenantTexts.SwitchedOff) { Page = "/wecom" },
        { State: TenantState.Stopped } => new(
            Checks.Tenant, DoctorVerdict.Wrong, TenantTexts.Stopped, ResultTable.Time(tenant.StoppedAt), ReasonOf(tenant), tenant.Key)
        {
            Code = tenant.StoppedCode,
            Stops = true,
            Page = "",
        },
        _ => new(Checks.Tenant, DoctorVerdict.Ok, TenantTexts.Active),
    };

    /// <summary>In English as it is stored, with WeCom's own words.</summary>
    private static Words ReasonOf(Tenant tenant) => new(tenant.StoppedReason ?? "", Explanation.Of(tenant.StoppedReason)?.What.Chinese ?? "");

    private async Task<DoctorFinding> JudgeFieldsAsync(Tenant tenant, CancellationToken ct)
    {
        var granted = new List<string>();
        var withheld = new List<string>();
        var seenAt = DateTimeOffset.MinValue;
        await using var read = dataSource.CreateCommand("SELECT field, granted, seen_at FROM control.field_grants WHERE tenant_id = $1 ORDER BY field");
        read.Add(tenant.Id);
        await using var reader = await read.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            (reader.GetBoolean(1) ? granted : withheld).Add(reader.GetString(0));
            var at = reader.GetFieldValue<DateTimeOffset>(2);
            seenAt = at > seenAt ? at : seenAt;
        }

        var age = Words.Of(clock.GetUtcNow() - seenAt);
        return (granted, withheld) switch
        {
            ([], []) => new(Checks.Fields, DoctorVerdict.Warning, TenantTexts.FieldsUnknown, tenant.Key) { Page = "/sync" },
            (_, []) => new(Checks.Fields, DoctorVerdict.Ok, TenantTexts.FieldsGranted, string.Join(", ", granted), age),
            ([], _) => new(Checks.Fields, DoctorVerdict.Ok, TenantTexts.FieldsHidden, string.Join(", ", withheld), age),
            _ => new(Checks.Fields, DoctorVerdict.Warning, TenantTexts.FieldsWithdrawn, string.Join(", ", granted), string.Join(", ", withheld), age),
        };
    }

    private async Task<DoctorFinding> JudgeRunsAsync(Tenant tenant, CancellationToken ct)
    {
        await using var read = dataSource.CreateCommand($"SELECT {GoodRuns.LastSql("$1", MirrorPart.Directory)}");
        read.Add(tenant.Id);
        if (await read.ExecuteScalarAsync(ct) is not DateTime finished)
        {
            return new(Checks.Runs, DoctorVerdict.Warning, TenantTexts.NeverRun, tenant.Key) { Page = "/sync" };
        }

        var age = clock.GetUtcNow() - new DateTimeOffset(finished, TimeSpan.Zero);
        return age > OldRun
            ? new(Checks.Runs, DoctorVerdict.Warning, TenantTexts.LastRunOld, Words.Of(age), tenant.Key) { Page = "" }
            : new(Checks.Runs, DoctorVerdict.Ok, TenantTexts.LastRun, Words.Of(age));
    }

    private DoctorFinding JudgeClock() => weComClock.Ahead switch
    {
        null => new(Checks.Clock, DoctorVerdict.Ok, TenantTexts.ClockUnknown),
        { } ahead when ahead.Duration() < SlightlyOff => new(Checks.Clock, DoctorVerdict.Ok, TenantTexts.ClockGood, Words.Of(SlightlyOff)),
        { } ahead => new(
            Checks.Clock, ahead.Duration() < FarOff ? DoctorVerdict.Warning : DoctorVerdict.Wrong, TenantTexts.ClockOff, Words.Of(ahead.Duration())),
    };
}
