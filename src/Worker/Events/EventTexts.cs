using WeComSync.Worker.Doctor;

namespace WeComSync.Worker.Events;

/// <summary>What is stored of an event that could not be applied, beside WeCom's own answers.</summary>
internal static class EventTexts
{
    private static readonly Words TriedAgain = new("Nothing to do: it is tried again by itself.", "无需处理，会自动重试。");
    private static readonly Words FullSync = new("Press “One-click sync” to read what it was about.", "请点“一键同步”重新读取它涉及的内容。");
    private static readonly Words AskOperator = new("Tell the operator.", "请联系运维人员。");

    public static readonly StoredText NoHandler = new(
        "No handler yet for this kind of event; it is kept and can be replayed by a later release.",
        new("This kind of event is not used; it is kept.", "目前不处理这种事件，已保留。"));

    public static readonly StoredText PayloadGone = new(
        "The payload's retention is over; only a sync can tell what the event hinted at.",
        new("Its content was deleted when the time for keeping it was over.", "事件内容已超过保留期限并被删除。"), FullSync);

    public static readonly StoredText PayloadClosed = new(
        "The stored payload does not open with this host's keys: check Secrets:CertificatePath.",
        new("The stored event cannot be opened on this server.", "本系统无法解密已保存的事件。"), AskOperator);

    public static readonly StoredText Unreadable = new(
        "The stored message is neither readable XML nor JSON.", new("The event cannot be read.", "事件内容无法识别。"), FullSync);

    public static readonly StoredText Lacks = new(
        "The event has no {0}.", new("The event lacks something that it should tell ({0}).", "事件缺少必要的内容（{0}）。"), FullSync);

    public static readonly StoredText RelationUnknown = new(
        "WeCom does not know the new relation yet.", new("WeCom does not know the new relation yet.", "企业微信还没有这个新的跟进关系。"), TriedAgain);

    public static readonly StoredText TagStillListed = new(
        "WeCom still lists the deleted tag.", new("WeCom still lists the deleted tag.", "企业微信仍列出已删除的标签。"), TriedAgain);

    public static readonly StoredText ChatBehind = new(
        "WeCom's data of the group chat are still older than the event.",
        new("WeCom's data of the group chat are still older than the event.", "企业微信的客户群数据还没有更新。"), TriedAgain);

    public static readonly StoredText DiedOften = new(
        "The process that worked on it died again and again.", new("The server that worked on it ended unexpectedly, again and again.", "处理它的服务多次意外结束。"), AskOperator);

    public static readonly StoredText Died = new(
        "The process that worked on it died; it is tried alone.", new("The server that worked on it ended unexpectedly.", "处理它的服务意外结束。"), TriedAgain);

    public static readonly StoredText RowRefused = new(
        "PostgreSQL refused the row ({0}).", new("The database refused it.", "数据库拒绝写入。"), AskOperator);

    public static readonly StoredText OurMistake = new(
        "{0}: a mistake in WeComSync; the log has it.", new("A mistake in this system prevented it.", "本系统内部出错。"), AskOperator);

    public static IReadOnlyList<StoredText> All { get; } =
        [NoHandler, PayloadGone, PayloadClosed, Unreadable, Lacks, RelationUnknown, TagStillListed, ChatBehind, DiedOften, Died, RowRefused, OurMistake];
}
