using System.Text.Json;

namespace WeComSync.Simulator.Api;

/// <summary>The keys of customers and relations, encoded once.</summary>
internal static class CustomerKeys
{
    public static readonly JsonEncodedText ExternalContact = JsonEncodedText.Encode("external_contact");
    public static readonly JsonEncodedText ExternalUserId = JsonEncodedText.Encode("external_userid");
    public static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    public static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    public static readonly JsonEncodedText Avatar = JsonEncodedText.Encode("avatar");
    public static readonly JsonEncodedText Gender = JsonEncodedText.Encode("gender");
    public static readonly JsonEncodedText UnionId = JsonEncodedText.Encode("unionid");
    public static readonly JsonEncodedText Position = JsonEncodedText.Encode("position");
    public static readonly JsonEncodedText CorpName = JsonEncodedText.Encode("corp_name");
    public static readonly JsonEncodedText CorpFullName = JsonEncodedText.Encode("corp_full_name");
    public static readonly JsonEncodedText FollowInfo = JsonEncodedText.Encode("follow_info");
    public static readonly JsonEncodedText UserId = JsonEncodedText.Encode("userid");
    public static readonly JsonEncodedText Remark = JsonEncodedText.Encode("remark");
    public static readonly JsonEncodedText Description = JsonEncodedText.Encode("description");
    public static readonly JsonEncodedText CreateTime = JsonEncodedText.Encode("createtime");
    public static readonly JsonEncodedText TagId = JsonEncodedText.Encode("tag_id");
    public static readonly JsonEncodedText Tags = JsonEncodedText.Encode("tags");
    public static readonly JsonEncodedText GroupName = JsonEncodedText.Encode("group_name");
    public static readonly JsonEncodedText TagName = JsonEncodedText.Encode("tag_name");
    public static readonly JsonEncodedText RemarkCorpName = JsonEncodedText.Encode("remark_corp_name");
    public static readonly JsonEncodedText RemarkMobiles = JsonEncodedText.Encode("remark_mobiles");
    public static readonly JsonEncodedText AddWay = JsonEncodedText.Encode("add_way");
    public static readonly JsonEncodedText OperUserId = JsonEncodedText.Encode("oper_userid");
    public static readonly JsonEncodedText State = JsonEncodedText.Encode("state");
}
