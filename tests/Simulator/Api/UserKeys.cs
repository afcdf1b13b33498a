using System.Text.Json;

namespace WeComSync.Simulator.Api;

/// <summary>The keys of a member, encoded once.</summary>
internal static class UserKeys
{
    public static readonly JsonEncodedText UserId = JsonEncodedText.Encode("userid");
    public static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    public static readonly JsonEncodedText Department = JsonEncodedText.Encode("department");
    public static readonly JsonEncodedText Position = JsonEncodedText.Encode("position");
    public static readonly JsonEncodedText Mobile = JsonEncodedText.Encode("mobile");
    public static readonly JsonEncodedText Gender = JsonEncodedText.Encode("gender");
    public static readonly JsonEncodedText Email = JsonEncodedText.Encode("email");
    public static readonly JsonEncodedText Avatar = JsonEncodedText.Encode("avatar");
    public static readonly JsonEncodedText ThumbAvatar = JsonEncodedText.Encode("thumb_avatar");
    public static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");
    public static readonly JsonEncodedText IsLeader = JsonEncodedText.Encode("isleader");
    public static readonly JsonEncodedText ExtAttr = JsonEncodedText.Encode("extattr");
    public static readonly JsonEncodedText Attrs = JsonEncodedText.Encode("attrs");
    public static readonly JsonEncodedText Telephone = JsonEncodedText.Encode("telephone");
    public static readonly JsonEncodedText Enable = JsonEncodedText.Encode("enable");
    public static readonly JsonEncodedText HideMobile = JsonEncodedText.Encode("hide_mobile");
    public static readonly JsonEncodedText Order = JsonEncodedText.Encode("order");
    public static readonly JsonEncodedText MainDepartment = JsonEncodedText.Encode("main_department");
    public static readonly JsonEncodedText QrCode = JsonEncodedText.Encode("qr_code");
    public static readonly JsonEncodedText Alias = JsonEncodedText.Encode("alias");
    public static readonly JsonEncodedText IsLeaderInDept = JsonEncodedText.Encode("is_leader_in_dept");
    public static readonly JsonEncodedText DirectLeader = JsonEncodedText.Encode("direct_leader");
    public static readonly JsonEncodedText BizMail = JsonEncodedText.Encode("biz_mail");
    public static readonly JsonEncodedText Address = JsonEncodedText.Encode("address");
    public static readonly JsonEncodedText EnglishName = JsonEncodedText.Encode("english_name");
    public static readonly JsonEncodedText ExternalPosition = JsonEncodedText.Encode("external_position");
}
