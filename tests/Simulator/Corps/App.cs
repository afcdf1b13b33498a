using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Corps;

/// <summary>A self-built application (自建应用): sees what its visible range and its date of creation allow.</summary>
public sealed class App : Credential
{
    private readonly LiveRange _range;

    internal App(Corp corp, long agentId, string secret, VisibleRange range, PersonalFields hidden, CallbackPost post)
        : base(corp, $"app:{agentId}", secret)
    {
        AgentId = agentId;
        _range = new LiveRange(corp.World, range);
        HiddenFields = hidden;
        DisplayName = $"目录镜像{agentId}";
        Callbacks = corp.NewChannel(Name, post, change => IsListed && (change.Concerns is not { } member || Visibility.Sees(member)));
    }

    public long AgentId { get; }

    public string DisplayName { get; set; }

    /// <summary>Fields that user/get and user/list withhold.</summary>
    public PersonalFields HiddenFields { get; set; }

    /// <summary>Listed under 客户联系 → 可调用接口的应用: may read customers (else 48002), and is told of them.</summary>
    public bool IsListed { get; set; } = true;

    /// <summary>The application's own event server (API接收消息), with 外部联系人变更回调 ticked.</summary>
    public CallbackChannel Callbacks { get; }

    public VisibleRange Range
    {
        get => _range.Ticked;
        set => _range.Ticked = value;
    }

    /// <summary>The range as it is in the present world.</summary>
    internal Visibility Visibility => _range.Present;

    internal TicketBook Tickets { get; } = new();

    /// <summary>What WeCom's client does with the signature of a page.</summary>
    /// <returns>0; 40093: wrong; 42012: made with the ticket of the other kind.</returns>
    public int CheckSignature(TicketKind kind, JsapiSignature signature)
    {
        var other = kind == TicketKind.Config ? TicketKind.AgentConfig : TicketKind.Config;
        if (signature.IsBy(Tickets.Valid(kind, Corp.Now)))
            return 0;
        return signature.IsBy(Tickets.Valid(other, Corp.Now)) ? 42012 : 40093;
    }
}

/// <summary>What applications created after 2022-06-20 no longer receive without a member's consent.</summary>
[Flags]
public enum PersonalFields
{
    None = 0,
    Avatar = 1,
    Gender = 2,
    Mobile = 4,
    Email = 8,
    BizMail = 16,
    QrCode = 32,
    Address = 64,
    All = Avatar | Gender | Mobile | Email | BizMail | QrCode | Address,
}
