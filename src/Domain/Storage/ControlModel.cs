using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Notifications;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Storage;

/// <summary>Schema <c>control</c>: tenants, their settings, and what was done for them.</summary>
internal static class ControlModel
{
    public const string Schema = "control";

    public static void Configure(ModelBuilder model)
    {
        model.Entity<Tenant>(tenant =>
        {
            tenant.ToTable("tenants", Schema);
            tenant.HasKey(t => t.Id);
            tenant.Property(t => t.Key).UseCollation("C");
            tenant.HasIndex(t => t.Key).IsUnique();
            tenant.HasIndex(t => t.CallbackKey).IsUnique();
            tenant.HasIndex(t => t.RetryAt).HasFilter("retry_at IS NOT NULL");
            // Two administrators who save at once: the second is told.
            tenant.Property<uint>("xmin").IsRowVersion();
            tenant.HasMany(t => t.Settings).WithOne().HasForeignKey(s => s.TenantId);
            tenant.HasMany(t => t.Schedules).WithOne().HasForeignKey(s => s.TenantId);
        });
        model.Entity<WeComSettings>(settings =>
        {
            settings.ToTable("wecom_settings", Schema);
            settings.HasKey(s => new { s.TenantId, s.Channel });
        });
        model.Entity<ArchiveKey>(key =>
        {
            key.ToTable("archive_keys", Schema);
            key.HasKey(k => new { k.TenantId, k.Version });
            key.HasOne<Tenant>().WithMany().HasForeignKey(k => k.TenantId);
        });
        model.Entity<Schedule>(schedule =>
        {
            schedule.ToTable("schedules", Schema);
            schedule.HasKey(s => new { s.TenantId, s.Kind });
        });
        model.Entity<ScheduledEffect>(effect =>
        {
            effect.ToTable("scheduled_effects", Schema);
            effect.HasKey(e => new { e.TenantId, e.Kind, e.Instant });
        });
        model.Entity<SyncRun>(run =>
        {
            run.ToTable("sync_runs", Schema);
            run.HasKey(r => new { r.TenantId, r.Id });
            run.Property(r => r.Id).UseIdentityAlwaysColumn();
            run.HasIndex(r => r.Id).IsUnique();
            run.Property(r => r.Counts).HasColumnType("jsonb");
            run.Property(r => r.Drift).HasColumnType("jsonb");
            run.HasIndex(r => new { r.TenantId, r.Part }, "ix_sync_runs_one_running").IsUnique().HasFilter("state = 'running'");
            run.HasIndex(r => new { r.TenantId, r.StartedAt });
            run.HasIndex(r => new { r.TenantId, r.Part, r.StartedAt });
            run.HasIndex(r => new { r.TenantId, r.Part, r.Kind, r.FinishedAt }, "ix_sync_runs_good").HasFilter("state IN ('done', 'partial')");
        });
        model.Entity<SyncError>(error =>
        {
            error.ToTable("sync_errors", Schema);
            error.HasKey(e => new { e.TenantId, e.Id });
            error.Property(e => e.Id).UseIdentityAlwaysColumn();
            error.HasIndex(e => new { e.TenantId, e.RunId });
        });
        model.Entity<PlannedRow>(planned =>
        {
            planned.ToTable("planned_rows", Schema);
            planned.HasKey(p => new { p.TenantId, p.RunId, p.Place });
            planned.Property(p => p.Key).HasColumnType("jsonb");
            planned.Property(p => p.Fields).HasColumnType("jsonb");
            planned.HasOne<SyncRun>().WithMany().HasForeignKey(p => new { p.TenantId, p.RunId }).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<DoctorVerdictRow>(verdict =>
        {
            verdict.ToTable("doctor_verdicts", Schema);
            verdict.HasKey(v => new { v.TenantId, v.Subject });
        });
        model.Entity<HeldRemoval>(held =>
        {
            held.ToTable("held_removals", Schema);
            held.HasKey(h => new { h.TenantId, h.RunId, h.Entity, h.Key });
            held.Property(h => h.Key).HasColumnType("jsonb");
            held.Property(h => h.RemindedAt).HasDefaultValueSql("now()");
            held.HasIndex(h => new { h.TenantId, h.Decision });
        });
        model.Entity<CallbackEvent>(callback =>
        {
            callback.ToTable("callback_events", Schema);
            callback.HasKey(e => new { e.TenantId, e.Id });
            callback.Property(e => e.Id).UseIdentityByDefaultColumn();
            callback.Property(e => e.State).HasDefaultValueSql("'waiting'");
            callback.Property(e => e.Tries).HasDefaultValue(0);
            callback.Property(e => e.Deaths).HasDefaultValue(0);
            callback.Property(e => e.Occurrence).HasDefaultValue(0);
            callback.HasIndex(e => new { e.TenantId, e.Channel, e.Digest, e.Occurrence }).IsUnique();
            callback.HasIndex(e => new { e.TenantId, e.Id }).HasFilter("state = 'waiting'").HasDatabaseName("ix_callback_events_waiting");
            callback.HasIndex(e => new { e.TenantId, e.Id }, "ix_callback_events_unhappy").HasFilter("state IN ('failed', 'parked')");
            callback.HasIndex(e => e.ReceivedAt, "ix_callback_events_welcome").HasFilter("welcome_code IS NOT NULL").HasDatabaseName("ix_callback_events_welcome");
            // Rows come in this order: a few pages of index for any number of rows, and next to nothing for each insert.
            callback.HasIndex(e => e.ReceivedAt, "ix_callback_events_age").HasMethod("brin");
        });
        model.Entity<CallbackAttempt>(attempt =>
        {
            attempt.ToTable("callback_attempts", Schema);
            attempt.HasKey(a => new { a.TenantId, a.Channel, a.Outcome });
        });
        model.Entity<InboxDrain>(drain =>
        {
            drain.ToTable("inbox_drains", Schema);
            drain.HasKey(d => d.TenantId);
            drain.Property(d => d.TenantId).ValueGeneratedNever();
            drain.Property(d => d.Overflowed).HasDefaultValue(0L);
            drain.Property(d => d.StormTried).HasDefaultValue(0L);
        });
        model.Entity<CallbackReveal>(reveal =>
        {
            reveal.ToTable("callback_reveals", Schema);
            reveal.HasKey(r => new { r.TenantId, r.Id });
            reveal.Property(r => r.Id).UseIdentityAlwaysColumn();
        });
        model.Entity<AccessToken>(token =>
        {
            token.ToTable("access_tokens", Schema);
            token.HasKey(t => new { t.TenantId, t.Channel });
        });
        model.Entity<TokenRefusal>(refusal =>
        {
            refusal.ToTable("token_refusals", Schema);
            refusal.HasKey(r => new { r.TenantId, r.Channel });
        });
        model.Entity<CallLimit>(limit =>
        {
            limit.ToTable("call_limits", Schema);
            limit.HasKey(l => new { l.CorpId, l.Endpoint });
            limit.HasIndex(l => l.ChangedAt);
        });
        model.Entity<CallBudgetPart>(part =>
        {
            part.ToTable("call_budgets", Schema);
            part.HasKey(p => new { p.Scope, p.Endpoint, p.WindowSeconds, p.Part });
        });
        model.Entity<Incident>(incident =>
        {
            incident.ToTable("incidents", Schema);
            incident.HasKey(i => new { i.TenantId, i.Id });
            incident.Property(i => i.Id).UseIdentityAlwaysColumn();
            incident.HasIndex(i => new { i.TenantId, i.Kind, i.Subject }).IsUnique().HasFilter("closed_at IS NULL");
        });
        model.Entity<Notice>(notice =>
        {
            notice.ToTable("notices", Schema);
            notice.HasKey(n => new { n.TenantId, n.Id });
            notice.Property(n => n.Id).UseIdentityAlwaysColumn();
            notice.HasIndex(n => n.DueAt).HasFilter("sent_at IS NULL");
        });
        model.Entity<MergeFence>(fence =>
        {
            fence.ToTable("merge_fences", Schema);
            fence.HasKey(f => new { f.TenantId, f.Part });
        });
        model.Entity<FieldGrant>(grant =>
        {
            grant.ToTable("field_grants", Schema);
            grant.HasKey(g => new { g.TenantId, g.Field });
        });
        model.Entity<ReadMark>(mark =>
        {
            mark.ToTable("read_marks", Schema);
            mark.HasKey(m => new { m.TenantId, m.Kind, m.Id });
            mark.Property(m => m.Id).ValueGeneratedNever();
        });
        model.Entity<DataProtectionKey>(key =>
        {
            key.ToTable("data_protection_keys", Schema);
            key.HasKey(k => k.Id);
            key.Property(k => k.Id).UseIdentityAlwaysColumn();
        });
        model.Entity<SecretProbe>(probe =>
        {
            probe.ToTable("secret_probe", Schema);
            probe.HasKey(p => p.Id);
        });
    }
}
