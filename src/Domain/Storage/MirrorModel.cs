using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using WeComSync.Domain.Changes;
using WeComSync.Domain.Directory;

namespace WeComSync.Domain.Storage;

/// <summary>Schema <c>mirror</c>: what others read. Every key starts with <c>tenant_id</c>; no foreign key crosses tenants.</summary>
internal static class MirrorModel
{
    public const string Schema = "mirror";

    /// <summary>WeCom's ids are compared byte by byte, whatever the database's locale.</summary>
    internal const string Binary = "C";

    public static void Configure(ModelBuilder model)
    {
        Mirrored<Department>(model, "departments", d => new { d.TenantId, d.Id }, department =>
        {
            department.Property(d => d.Id).ValueGeneratedNever();
            department.HasIndex(d => new { d.TenantId, d.ParentId });
        });
        Mirrored<User>(model, "users", u => new { u.TenantId, u.UserId }, user =>
        {
            user.Property(u => u.UserId).UseCollation(Binary);
            user.Property(u => u.Extattr).HasColumnType("jsonb");
            user.Property(u => u.ExternalProfile).HasColumnType("jsonb");
        });
        Mirrored<UserDepartment>(model, "user_departments", m => new { m.TenantId, m.UserId, m.DepartmentId }, membership =>
        {
            membership.Property(m => m.UserId).UseCollation(Binary);
            membership.HasIndex(m => new { m.TenantId, m.DepartmentId });
        });
        Mirrored<ContactTag>(model, "contact_tags", t => new { t.TenantId, t.TagId }, tag =>
            tag.Property(t => t.TagId).ValueGeneratedNever());
        Mirrored<ContactTagUser>(model, "contact_tag_users", t => new { t.TenantId, t.TagId, t.UserId }, tagged =>
        {
            tagged.Property(t => t.UserId).UseCollation(Binary);
            tagged.HasIndex(t => new { t.TenantId, t.UserId });
        });
        Mirrored<ContactTagDepartment>(model, "contact_tag_departments", t => new { t.TenantId, t.TagId, t.DepartmentId }, _ => { });
        model.Entity<ChangeRecord>(change =>
        {
            // Divided by months, so that the old are dropped and not deleted; see ChangePartitions.
            change.ToTable("changes", Schema);
            change.HasKey(c => new { c.TenantId, c.Seq });
            change.Property(c => c.Seq).ValueGeneratedNever();
            change.Property(c => c.Key).HasColumnType("jsonb");
            change.Property(c => c.After).HasColumnType("jsonb");
        });
        model.Entity<ChangeCounter>(counter =>
        {
            counter.ToTable("change_counters", ControlModel.Schema);
            counter.HasKey(c => c.TenantId);
            counter.Property(c => c.TenantId).ValueGeneratedNever();
            counter.Property(c => c.DroppedSeq).HasDefaultValue(0L);
        });
    }

    internal static void Mirrored<T>(
        ModelBuilder model, string table, Expression<Func<T, object?>> key, Action<EntityTypeBuilder<T>> more)
        where T : MirroredRow =>
        model.Entity<T>(row =>
        {
            row.ToTable(table, Schema);
            row.HasKey(key);
            row.Property(r => r.Ref).HasDefaultValueSql("gen_random_uuid()");
            more(row);
        });
}

/// <summary>A tenant's last change number. The merge locks the row until it commits, so numbers appear in commit order.</summary>
internal sealed class ChangeCounter
{
    public long TenantId { get; init; }

    public long LastSeq { get; set; }

    /// <summary>
    /// The highest number among the changes that were dropped for their age. A reader whose last number is lower has missed some, and
    /// begins anew from the mirror.
    /// </summary>
    public long DroppedSeq { get; set; }
}
