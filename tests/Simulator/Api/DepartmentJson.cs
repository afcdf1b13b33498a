using System.Text.Json;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

internal static class DepartmentJson
{
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    private static readonly JsonEncodedText NameEn = JsonEncodedText.Encode("name_en");
    private static readonly JsonEncodedText Leaders = JsonEncodedText.Encode("department_leader");
    private static readonly JsonEncodedText ParentId = JsonEncodedText.Encode("parentid");
    private static readonly JsonEncodedText Order = JsonEncodedText.Encode("order");

    public static void Write(Utf8JsonWriter json, DepartmentRow row, Visibility visibility, long rootParentId)
    {
        var department = row.Department;
        json.WriteStartObject();
        json.WriteNumber(Id, department.Id);
        json.WriteString(Name, department.Name);
        json.WriteString(NameEn, department.NameEn);
        json.WriteStartArray(Leaders);
        foreach (var leader in row.Leaders)
            if (leader.Current is { } person && visibility.Sees(leader))
                json.WriteStringValue(person.UserId);
        json.WriteEndArray();
        WriteTail(json, department, rootParentId);
    }

    public static void WriteIds(Utf8JsonWriter json, DepartmentRow row, Visibility visibility, long rootParentId)
    {
        json.WriteStartObject();
        json.WriteNumber(Id, row.Department.Id);
        WriteTail(json, row.Department, rootParentId);
    }

    public static void WriteEmpty(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteEmptyArray("department_leader");
        json.WriteEndObject();
    }

    private static void WriteTail(Utf8JsonWriter json, Department department, long rootParentId)
    {
        json.WriteNumber(ParentId, department.Id == Department.RootId ? rootParentId : department.ParentId);
        json.WriteNumber(Order, department.Order);
        json.WriteEndObject();
    }
}
