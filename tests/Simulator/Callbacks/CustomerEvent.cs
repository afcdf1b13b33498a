namespace WeComSync.Simulator.Callbacks;

/// <summary>An event about customers, their tags or groups.</summary>
/// <param name="Name">Such as <c>change_external_contact</c>.</param>
/// <param name="Fields">The elements that follow <c>Event</c>, the change type among them.</param>
/// <remarks>https://developer.work.weixin.qq.com/document/path/92130 and 92137, 92277.</remarks>
public sealed record CustomerEvent(string Name, string ChangeType, string Fields) : CallbackEvent
{
    public override string ChangeType { get; init; } = ChangeType;

    /// <param name="more">What this change has beside the two.</param>
    public static CustomerEvent Contact(
        string changeType, string userId, string externalUserId, params (string Name, string? Value)[] more)
    {
        var fields = Begin(changeType).CData("UserID", userId).CData("ExternalUserID", externalUserId);
        foreach (var (name, value) in more)
            fields.CData(name, value);
        return new CustomerEvent("change_external_contact", changeType, fields.ToString());
    }

    /// <param name="tagType"><c>tag</c> or <c>tag_group</c>; null for a new order.</param>
    /// <param name="strategyId">Only 客户联系 itself is told the rule group.</param>
    public static CustomerEvent Tag(string changeType, string id, string? tagType, string? strategyId) => new(
        "change_external_tag",
        changeType,
        new EventFields().CData("Id", id).CData("TagType", tagType).CData("StrategyId", strategyId).CData("ChangeType", changeType).ToString());

    public static CustomerEvent Chat(string changeType, string chatId) => Chat(changeType, chatId, null);

    /// <param name="detail">Such as <c>change_name</c>.</param>
    public static CustomerEvent ChatDetail(string chatId, string detail) => Chat("update", chatId, new EventFields().CData("UpdateDetail", detail));

    /// <param name="scene">How they came (0, 3) or went (0, 1).</param>
    public static CustomerEvent ChatMembers(
        string chatId, bool areNew, int scene, IReadOnlyCollection<string> members, string lastVersion, string version) => Chat(
        "update",
        chatId,
        new EventFields().CData("UpdateDetail", areNew ? "add_member" : "del_member")
            .Bare("JoinScene", areNew ? scene : 0).Bare("QuitScene", areNew ? 0 : scene)
            .Bare("MemChangeCnt", members.Count).Items("MemChangeList", members)
            .Bare("LastMemVer", lastVersion).Bare("CurMemVer", version));

    public override string ToXml(string corpId, DateTimeOffset at) => Whole(corpId, at, Name, Fields);

    private static CustomerEvent Chat(string changeType, string chatId, EventFields? more) => new(
        "change_external_chat",
        changeType,
        new EventFields().CData("ChatId", chatId).CData("ChangeType", changeType).ToString() + more);

    private static EventFields Begin(string changeType) => new EventFields().CData("ChangeType", changeType);
}
