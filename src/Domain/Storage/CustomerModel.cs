using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Customers;

namespace WeComSync.Domain.Storage;

/// <summary>The customers' half of schema <c>mirror</c>, and what schema <c>control</c> keeps about reading it.</summary>
internal static class CustomerModel
{
    private const string Binary = MirrorModel.Binary;

    public static void Configure(ModelBuilder model)
    {
        MirrorModel.Mirrored<Customer>(model, "customers", c => new { c.TenantId, c.ExternalUserId }, customer =>
        {
            customer.Property(c => c.ExternalUserId).UseCollation(Binary);
            customer.Property(c => c.Unionid).UseCollation(Binary);
            customer.Property(c => c.ExternalProfile).HasColumnType("jsonb");
            customer.HasIndex(c => new { c.TenantId, c.Unionid }).HasFilter("unionid IS NOT NULL");
        });
        MirrorModel.Mirrored<Follow>(model, "follows", f => new { f.TenantId, f.UserId, f.ExternalUserId }, follow =>
        {
            follow.Property(f => f.UserId).UseCollation(Binary);
            follow.Property(f => f.ExternalUserId).UseCollation(Binary);
            follow.Property(f => f.WechatChannels).HasColumnType("jsonb");
            follow.HasIndex(f => new { f.TenantId, f.ExternalUserId });
            follow.HasIndex(f => new { f.TenantId, f.UserId }, "ix_follows_deleted_by_customer").HasFilter("deleted_by_customer_at IS NOT NULL");
        });
        MirrorModel.Mirrored<CorpTagGroup>(model, "corp_tag_groups", g => new { g.TenantId, g.GroupId }, group =>
            group.Property(g => g.GroupId).UseCollation(Binary));
        MirrorModel.Mirrored<CorpTag>(model, "corp_tags", t => new { t.TenantId, t.TagId }, tag =>
        {
            tag.Property(t => t.TagId).UseCollation(Binary);
            tag.Property(t => t.GroupId).UseCollation(Binary);
            tag.HasIndex(t => new { t.TenantId, t.GroupId });
        });
        MirrorModel.Mirrored<GroupChat>(model, "group_chats", c => new { c.TenantId, c.ChatId }, chat =>
        {
            chat.Property(c => c.ChatId).UseCollation(Binary);
            chat.Property(c => c.OwnerUserId).UseCollation(Binary);
        });
        MirrorModel.Mirrored<GroupChatMember>(model, "group_chat_members", m => new { m.TenantId, m.ChatId, m.MemberId }, member =>
        {
            member.Property(m => m.ChatId).UseCollation(Binary);
            member.Property(m => m.MemberId).UseCollation(Binary);
            member.Property(m => m.Unionid).UseCollation(Binary);
            member.HasIndex(m => new { m.TenantId, m.MemberId });
            member.HasIndex(m => new { m.TenantId, m.Unionid }).HasFilter("unionid IS NOT NULL");
        });
        model.Entity<ContactNotice>(notice =>
        {
            notice.ToTable("contact_notices", ControlModel.Schema);
            notice.HasKey(n => new { n.TenantId, n.EventId });
            notice.Property(n => n.UserId).UseCollation(Binary);
            notice.Property(n => n.ExternalUserId).UseCollation(Binary);
            notice.HasIndex(n => new { n.TenantId, n.ExternalUserId });
            notice.HasIndex(n => n.At, "ix_contact_notices_welcome").HasFilter("welcome_code IS NOT NULL");
        });
        model.Entity<CustomerPull>(pull =>
        {
            pull.ToTable("customer_pulls", ControlModel.Schema);
            pull.HasKey(p => p.TenantId);
            pull.Property(p => p.TenantId).ValueGeneratedNever();
        });
        model.Entity<CustomerRest>(rest =>
        {
            rest.ToTable("customer_rests", ControlModel.Schema);
            rest.HasKey(r => r.TenantId);
            rest.Property(r => r.TenantId).ValueGeneratedNever();
        });
        model.Entity<FollowReading>(reading =>
        {
            reading.ToTable("follow_readings", ControlModel.Schema);
            reading.HasKey(r => new { r.TenantId, r.UserId });
            reading.Property(r => r.UserId).UseCollation(Binary);
        });
        model.Entity<UnseenFollow>(unseen =>
        {
            unseen.ToTable("unseen_follows", ControlModel.Schema);
            unseen.HasKey(u => new { u.TenantId, u.UserId, u.ExternalUserId });
            unseen.Property(u => u.UserId).UseCollation(Binary);
            unseen.Property(u => u.ExternalUserId).UseCollation(Binary);
        });
    }
}

/// <summary>How far a tenant's last pull of customers got; the next run goes on from there.</summary>
internal sealed class CustomerPull
{
    public long TenantId { get; init; }

    /// <summary>Grows with each pull; a run that resumes one keeps its number.</summary>
    public long Pull { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    /// <summary>Null while it has not been read to its end.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>The last group chat, in the order of their ids, that the pull has merged.</summary>
    public string? ChatsAfter { get; set; }

    /// <summary>Those up to there that could not be read: whoever goes on with the pull tries them again.</summary>
    public string[]? FailedChats { get; set; }
}

/// <summary>A tenant whose customers cannot be read for now, without anything being broken: its scheduled pulls rest.</summary>
internal sealed class CustomerRest
{
    public long TenantId { get; init; }

    public DateTimeOffset Since { get; init; }

    /// <summary>When WeCom was last asked whether that is still so.</summary>
    public DateTimeOffset LookedAt { get; set; }

    /// <summary>WeCom's errcode, if one is the reason.</summary>
    public int? Code { get; set; }

    public required string Reason { get; set; }

    /// <summary>What a person can do if customers are wanted.</summary>
    public required string Action { get; set; }
}

/// <summary>When one member's customers were last read.</summary>
internal sealed class FollowReading
{
    public long TenantId { get; init; }

    public required string UserId { get; init; }

    /// <summary>The pull that read him last, whether it succeeded or not.</summary>
    public long Pull { get; set; }

    /// <summary>When his customers were last read to the end.</summary>
    public DateTimeOffset? ReadAt { get; set; }

    /// <summary>When their ids were last compared.</summary>
    public DateTimeOffset? CheckedAt { get; set; }

    /// <summary>Why they could not be read the last time.</summary>
    public string? Failure { get; set; }
}

/// <summary>A live relation that the current pull has not seen though its member was read to the end. Whether it is gone is decided last.</summary>
internal sealed class UnseenFollow
{
    public long TenantId { get; init; }

    public required string UserId { get; init; }

    public required string ExternalUserId { get; init; }

    /// <summary>When the reading began that lacks it.</summary>
    public DateTimeOffset ListedAt { get; init; }

    /// <summary>When the member, who was seen after it, turned out to lack it in his own list too; null: he was not asked yet, or has it.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }
}
