using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Changes;
using WeComSync.Domain.Customers;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Notifications;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Storage;

/// <summary>
/// The model behind the migrations, and single-row access for commands and console.
/// Rows of schema <c>mirror</c> are written by the merge alone, in SQL.
/// </summary>
public sealed class SyncDbContext(DbContextOptions<SyncDbContext> options) : DbContext(options)
{
    public DbSet<Tenant> Tenants => Set<Tenant>();

    public DbSet<Platform> Platforms => Set<Platform>();

    public DbSet<PlatformBinding> PlatformBindings => Set<PlatformBinding>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<AccountTenant> AccountTenants => Set<AccountTenant>();

    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    public DbSet<WeComSettings> WeComSettings => Set<WeComSettings>();

    public DbSet<ArchiveKey> ArchiveKeys => Set<ArchiveKey>();

    public DbSet<Schedule> Schedules => Set<Schedule>();

    public DbSet<ScheduledEffect> ScheduledEffects => Set<ScheduledEffect>();

    public DbSet<SyncRun> SyncRuns => Set<SyncRun>();

    public DbSet<SyncError> SyncErrors => Set<SyncError>();

    public DbSet<HeldRemoval> HeldRemovals => Set<HeldRemoval>();

    public DbSet<CallbackEvent> CallbackEvents => Set<CallbackEvent>();

    public DbSet<CallbackReveal> CallbackReveals => Set<CallbackReveal>();

    public DbSet<CallbackAttempt> CallbackAttempts => Set<CallbackAttempt>();

    public DbSet<InboxDrain> InboxDrains => Set<InboxDrain>();

    public DbSet<Incident> Incidents => Set<Incident>();

    public DbSet<Notice> Notices => Set<Notice>();

    public DbSet<LocalDepartment> LocalDepartments => Set<LocalDepartment>();

    public DbSet<LocalUser> LocalUsers => Set<LocalUser>();

    public DbSet<TenantApp> TenantApps => Set<TenantApp>();

    public DbSet<WriteCheck> WriteChecks => Set<WriteCheck>();

    public DbSet<Department> Departments => Set<Department>();

    public DbSet<User> Users => Set<User>();

    public DbSet<UserDepartment> UserDepartments => Set<UserDepartment>();

    public DbSet<ContactTag> ContactTags => Set<ContactTag>();

    public DbSet<ContactTagUser> ContactTagUsers => Set<ContactTagUser>();

    public DbSet<ContactTagDepartment> ContactTagDepartments => Set<ContactTagDepartment>();

    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<Follow> Follows => Set<Follow>();

    public DbSet<CorpTagGroup> CorpTagGroups => Set<CorpTagGroup>();

    public DbSet<CorpTag> CorpTags => Set<CorpTag>();

    public DbSet<GroupChat> GroupChats => Set<GroupChat>();

    public DbSet<GroupChatMember> GroupChatMembers => Set<GroupChatMember>();

    public DbSet<ContactNotice> ContactNotices => Set<ContactNotice>();

    public DbSet<ChangeRecord> Changes => Set<ChangeRecord>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Channel>().HaveConversion<SnakeCaseEnumConverter<Channel>>();
        configurationBuilder.Properties<TenantState>().HaveConversion<SnakeCaseEnumConverter<TenantState>>();
        configurationBuilder.Properties<SyncKind>().HaveConversion<SnakeCaseEnumConverter<SyncKind>>();
        configurationBuilder.Properties<SyncTrigger>().HaveConversion<SnakeCaseEnumConverter<SyncTrigger>>();
        configurationBuilder.Properties<RunState>().HaveConversion<SnakeCaseEnumConverter<RunState>>();
        configurationBuilder.Properties<MirrorPart>().HaveConversion<SnakeCaseEnumConverter<MirrorPart>>();
        configurationBuilder.Properties<EventState>().HaveConversion<SnakeCaseEnumConverter<EventState>>();
        configurationBuilder.Properties<CallbackOutcome>().HaveConversion<SnakeCaseEnumConverter<CallbackOutcome>>();
        configurationBuilder.Properties<IncidentKind>().HaveConversion<SnakeCaseEnumConverter<IncidentKind>>();
        configurationBuilder.Properties<NoticeTarget>().HaveConversion<SnakeCaseEnumConverter<NoticeTarget>>();
        configurationBuilder.Properties<ContactNoticeKind>().HaveConversion<SnakeCaseEnumConverter<ContactNoticeKind>>();
        configurationBuilder.Properties<AuditAction>().HaveConversion<SnakeCaseEnumConverter<AuditAction>>();
        configurationBuilder.Properties<PlatformKind>().HaveConversion<SnakeCaseEnumConverter<PlatformKind>>();
        configurationBuilder.Properties<EnterpriseApp>().HaveConversion<SnakeCaseEnumConverter<EnterpriseApp>>();
        configurationBuilder.Properties<HeldDecision>().HaveConversion<SnakeCaseEnumConverter<HeldDecision>>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ControlModel.Configure(modelBuilder);
        ConsoleModel.Configure(modelBuilder);
        MirrorModel.Configure(modelBuilder);
        CustomerModel.Configure(modelBuilder);
    }
}
