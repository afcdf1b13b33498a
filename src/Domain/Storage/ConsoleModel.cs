using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Storage;

/// <summary>The part of schema <c>control</c> that only the console writes: accounts, audit, platform.</summary>
internal static class ConsoleModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<Account>(account =>
        {
            account.ToTable("accounts", ControlModel.Schema);
            account.HasKey(a => a.Id);
            account.Property(a => a.Id).UseIdentityAlwaysColumn();
            account.HasIndex(a => a.NormalizedEmail).IsUnique();
            account.Property<uint>("xmin").IsRowVersion();
        });
        model.Entity<AccountTenant>(right =>
        {
            right.ToTable("account_tenants", ControlModel.Schema);
            right.HasKey(r => new { r.TenantId, r.AccountId });
            right.HasOne<Tenant>().WithMany().HasForeignKey(r => r.TenantId);
            right.HasOne<Account>().WithMany().HasForeignKey(r => r.AccountId);
        });
        model.Entity<AuditEntry>(entry =>
        {
            entry.ToTable("audit", ControlModel.Schema);
            entry.HasKey(e => new { e.TenantId, e.Id });
            entry.Property(e => e.Id).UseIdentityAlwaysColumn();
            entry.HasIndex(e => e.Id);
        });
        model.Entity<LocalDepartment>(department =>
        {
            department.ToTable("local_departments", ControlModel.Schema);
            department.HasKey(d => new { d.TenantId, d.Id });
            department.Property(d => d.Id).UseIdentityAlwaysColumn();
            department.HasIndex(d => new { d.TenantId, d.ParentId });
            department.HasOne<Tenant>().WithMany().HasForeignKey(d => d.TenantId);
            // Two administrators who save at once: the second is told.
            department.Property<uint>("xmin").IsRowVersion();
        });
        model.Entity<LocalUser>(user =>
        {
            user.ToTable("local_users", ControlModel.Schema);
            user.HasKey(u => new { u.TenantId, u.Id });
            user.Property(u => u.Id).UseIdentityAlwaysColumn();
            user.Property(u => u.UserId).UseCollation(MirrorModel.Binary);
            user.Property(u => u.UserKey).UseCollation(MirrorModel.Binary);
            user.HasIndex(u => new { u.TenantId, u.UserKey }).IsUnique();
            user.HasOne<Tenant>().WithMany().HasForeignKey(u => u.TenantId);
            user.Property<uint>("xmin").IsRowVersion();
        });
        model.Entity<TenantApp>(app =>
        {
            app.ToTable("tenant_apps", ControlModel.Schema);
            app.HasKey(a => new { a.TenantId, a.App });
            app.Property(a => a.TenantId).ValueGeneratedNever();
        });
        model.Entity<WriteCheck>(check =>
        {
            check.ToTable("write_checks", ControlModel.Schema);
            check.HasKey(c => c.TenantId);
            check.Property(c => c.TenantId).ValueGeneratedNever();
        });
        model.Entity<Platform>(platform =>
        {
            platform.ToTable("platforms", ControlModel.Schema, table => table.HasCheckConstraint("ck_platforms_only", "id = 1"));
            platform.HasKey(p => p.Id);
            platform.Property(p => p.Id).ValueGeneratedNever();
            platform.Property<uint>("xmin").IsRowVersion();
        });
        model.Entity<PlatformBinding>(binding =>
        {
            binding.ToTable("platform_bindings", ControlModel.Schema);
            binding.HasKey(b => new { b.TenantId, b.PlatformId });
            binding.HasIndex(b => b.PlatformId).IsUnique();
            binding.HasOne<Platform>().WithMany().HasForeignKey(b => b.PlatformId).OnDelete(DeleteBehavior.Restrict);
            binding.HasOne<Tenant>().WithMany().HasForeignKey(b => b.TenantId).OnDelete(DeleteBehavior.Restrict);
        });
    }
}
