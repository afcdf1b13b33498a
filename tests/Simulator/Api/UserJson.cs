using System.Globalization;
using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary>Writes members as one caller sees them: only visible departments and leaders, personal fields as granted.</summary>
internal sealed class UserJson(World world, Visibility visibility, PersonalFields hidden, HiddenShape shape)
{
    public static UserJson For(ApiCall call) => new(
        call.World,
        call.Visibility,
        call.KnownCredential switch { App app => app.HiddenFields, CustomerContact => PersonalFields.All, _ => PersonalFields.None },
        call.Corp.Settings.HiddenShape);

    public void WriteSimple(Utf8JsonWriter json, Person person)
    {
        json.WriteStartObject();
        json.WriteString(UserKeys.UserId, person.UserId);
        json.WriteString(UserKeys.Name, person.Name);
        WriteDepartments(json, person);
        json.WriteEndObject();
    }

    public void Write(Utf8JsonWriter json, Person person, int sequence)
    {
        json.WriteStartObject();
        WriteFields(json, person, sequence);
        json.WriteEndObject();
    }

    /// <summary>The keys in the order of a real answer.</summary>
    public void WriteFields(Utf8JsonWriter json, Person person, int sequence)
    {
        json.WriteString(UserKeys.UserId, person.UserId);
        json.WriteString(UserKeys.Name, person.Name);
        WriteDepartments(json, person);
        json.WriteString(UserKeys.Position, person.Position);
        WritePersonal(json, UserKeys.Mobile, person.Mobile, PersonalFields.Mobile);
        json.WriteString(UserKeys.Gender, Hides(PersonalFields.Gender) ? "0" : GenderText(person.Gender));
        WritePersonal(json, UserKeys.Email, person.Email, PersonalFields.Email);
        WritePersonal(json, UserKeys.Avatar, person.Avatar, PersonalFields.Avatar);
        json.WriteNumber(UserKeys.Status, person.Status);
        json.WriteNumber(UserKeys.IsLeader, IsLeader(person) ? 1 : 0);
        json.WriteStartObject(UserKeys.ExtAttr);
        ProfileJson.WriteAttributes(json, UserKeys.Attrs, person.ExtFields);
        json.WriteEndObject();
        json.WriteString(UserKeys.Telephone, person.Telephone);
        json.WriteNumber(UserKeys.Enable, person.Status == 2 ? 0 : 1);
        json.WriteNumber(UserKeys.HideMobile, 0);
        WriteOrders(json, person);
        WriteMainDepartment(json, person);
        WriteQrCode(json, sequence);
        json.WriteString(UserKeys.Alias, person.Alias);
        WriteLeaderships(json, person);
        WriteThumbnail(json, person);
        WriteDirectLeaders(json, person);
        WritePersonal(json, UserKeys.BizMail, person.BizMail, PersonalFields.BizMail);
        if (person.Address.Length > 0)
            WritePersonal(json, UserKeys.Address, person.Address, PersonalFields.Address);
        if (person.EnglishName.Length > 0)
            json.WriteString(UserKeys.EnglishName, person.EnglishName);
        if (person.ExternalPosition.Length > 0)
            json.WriteString(UserKeys.ExternalPosition, person.ExternalPosition);
        if (person.ExternalProfile is { } profile)
            ProfileJson.Write(json, profile);
    }

    private bool Hides(PersonalFields field) => (hidden & field) != 0;

    private void WritePersonal(Utf8JsonWriter json, JsonEncodedText key, string value, PersonalFields field)
    {
        if (!Hides(field))
            json.WriteString(key, value);
        else if (shape == HiddenShape.Empty)
            json.WriteString(key, "");
        else if (shape == HiddenShape.Null)
            json.WriteNull(key);
    }

    private void WriteDepartments(Utf8JsonWriter json, Person person)
    {
        json.WriteStartArray(UserKeys.Department);
        foreach (var membership in person.Memberships)
            if (visibility.Sees(membership.DepartmentId))
                json.WriteNumberValue(membership.DepartmentId);
        json.WriteEndArray();
    }

    private void WriteOrders(Utf8JsonWriter json, Person person)
    {
        json.WriteStartArray(UserKeys.Order);
        foreach (var membership in person.Memberships)
            if (visibility.Sees(membership.DepartmentId))
                json.WriteNumberValue(membership.Order);
        json.WriteEndArray();
    }

    private void WriteLeaderships(Utf8JsonWriter json, Person person)
    {
        json.WriteStartArray(UserKeys.IsLeaderInDept);
        foreach (var membership in person.Memberships)
            if (visibility.Sees(membership.DepartmentId))
                json.WriteNumberValue(membership.IsLeader ? 1 : 0);
        json.WriteEndArray();
    }

    private void WriteMainDepartment(Utf8JsonWriter json, Person person)
    {
        var main = person.MainDepartment ?? person.Memberships[0].DepartmentId;
        if (visibility.Sees(main))
            json.WriteNumber(UserKeys.MainDepartment, main);
    }

    private void WriteDirectLeaders(Utf8JsonWriter json, Person person)
    {
        json.WriteStartArray(UserKeys.DirectLeader);
        foreach (var leader in person.DirectLeaders)
            if (visibility.IsEverything || (world.FindNode(leader) is { } node && visibility.Sees(node)))
                json.WriteStringValue(leader);
        json.WriteEndArray();
    }

    private void WriteQrCode(Utf8JsonWriter json, int sequence)
    {
        if (Hides(PersonalFields.QrCode))
        {
            WritePersonal(json, UserKeys.QrCode, "", PersonalFields.QrCode);
            return;
        }
        Span<char> url = stackalloc char[80];
        url.TryWrite(CultureInfo.InvariantCulture, $"https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=vc{sequence:x8}", out var length);
        json.WriteString(UserKeys.QrCode, url[..length]);
    }

    private void WriteThumbnail(Utf8JsonWriter json, Person person)
    {
        if (Hides(PersonalFields.Avatar) || !person.Avatar.EndsWith("/0", StringComparison.Ordinal))
        {
            WritePersonal(json, UserKeys.ThumbAvatar, "", PersonalFields.Avatar);
            return;
        }
        Span<char> url = stackalloc char[512];
        if (url.TryWrite($"{person.Avatar.AsSpan(0, person.Avatar.Length - 1)}100", out var length))
            json.WriteString(UserKeys.ThumbAvatar, url[..length]);
    }

    private static bool IsLeader(Person person)
    {
        foreach (var membership in person.Memberships)
            if (membership.IsLeader)
                return true;
        return false;
    }

    private static string GenderText(int gender) => gender switch { 1 => "1", 2 => "2", _ => "0" };
}
