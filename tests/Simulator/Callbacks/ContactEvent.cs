using System.Globalization;

namespace WeComSync.Simulator.Callbacks;

/// <summary>One contact event (通讯录变更事件) before it has a time.</summary>
/// <param name="Fields">The elements that follow <c>ChangeType</c>.</param>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90970 and 90971, 90973.</remarks>
public sealed record ContactEvent(string ChangeType, string Fields) : CallbackEvent
{
    public override string ChangeType { get; init; } = ChangeType;

    public static ContactEvent CreateUser(string userId, params long[] departments) =>
        new("create_user", new EventFields().CData("UserID", userId).List("Department", departments).ToString());

    /// <param name="newUserId">Null: the userid stays.</param>
    /// <param name="departments">All that he is in now.</param>
    public static ContactEvent UpdateUser(string userId, string? newUserId, params long[] departments) => new(
        "update_user",
        new EventFields().CData("UserID", userId).CData("NewUserID", newUserId).List("Department", departments).ToString());

    public static ContactEvent DeleteUser(string userId) => new("delete_user", new EventFields().CData("UserID", userId).ToString());

    public static ContactEvent CreateParty(long id, long parentId) => new("create_party", Party(id, parentId));

    public static ContactEvent UpdateParty(long id, long parentId) => new("update_party", Party(id, parentId));

    public static ContactEvent DeleteParty(long id) => new("delete_party", new EventFields().Bare("Id", id).ToString());

    /// <summary>Empty lists are left out.</summary>
    public static ContactEvent UpdateTag(
        int tagId,
        IEnumerable<string> addedUsers,
        IEnumerable<string> removedUsers,
        IEnumerable<long> addedDepartments,
        IEnumerable<long> removedDepartments) => new(
        "update_tag",
        new EventFields().Bare("TagId", tagId).List("AddUserItems", addedUsers).List("DelUserItems", removedUsers)
            .List("AddPartyItems", addedDepartments).List("DelPartyItems", removedDepartments).ToString());

    // WeCom wraps the change type of tag events only.
    public override string ToXml(string corpId, DateTimeOffset at) => Whole(
        corpId, at, "change_contact",
        $"<ChangeType>{(ChangeType == "update_tag" ? $"<![CDATA[{ChangeType}]]>" : ChangeType)}</ChangeType>\n{Fields}");

    private static string Party(long id, long parentId) =>
        new EventFields().Bare("Id", id).CData("ParentId", parentId.ToString(CultureInfo.InvariantCulture)).ToString();
}
