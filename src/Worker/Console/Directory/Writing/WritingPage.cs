using Microsoft.AspNetCore.Mvc;

namespace WeComSync.Worker.WebConsole.Directory.Writing;

/// <summary>A form about something that is written to WeCom. Only the fields that a person touched are sent.</summary>
internal abstract class WritingPage(DirectoryRows rows, ObjectHistory history, WriteAccess access) : FormPage
{
    /// <summary>Prefix of the hidden fields that hold what a field had when the page was opened.</summary>
    public const string WasPrefix = "was.";

    protected DirectoryRows Rows => rows;

    protected WriteAccess Access => access;

    /// <summary>What the fields had when the page was opened.</summary>
    public Dictionary<string, string> Was { get; } = [];

    public WritePermission Permission { get; private set; } = new(null);

    public WriteNotice Notice => new(Permission, Enterprise);

    protected override string? Check(string field, string value) => DirectoryRules.Check(field, value, T);

    protected async Task AskPermissionAsync(CancellationToken ct) => Permission = await access.ReadAsync(Enterprise, ct);

    /// <summary>Fills a field with what is stored.</summary>
    protected void Fill(string field, string? value) => Values[field] = Was[field] = value ?? "";

    /// <summary>Takes over what the page was opened with.</summary>
    protected void ReadWas()
    {
        foreach (var name in Request.Form.Keys.Where(name => name.StartsWith(WasPrefix, StringComparison.Ordinal)))
        {
            Was[name[WasPrefix.Length..]] = Request.Form[name].ToString();
        }
    }

    /// <summary>A field that a person changed.</summary>
    /// <returns>Null if it was left alone or is wrong; empty if it was emptied.</returns>
    protected string? Touched(string field, bool required = false)
    {
        if (!Request.Form.ContainsKey(field))
        {
            return null;
        }

        var was = Was.GetValueOrDefault(field, "");
        // What is unknown may stay unknown.
        var value = Read(field, required && was.Length > 0);
        return Problems.ContainsKey(field) || (value ?? "") == was.Trim() ? null : value ?? "";
    }

    /// <summary>The department that an id or name means; what is wrong with it goes beside the field.</summary>
    protected async Task<DepartmentChoice?> ReadDepartmentAsync(string field, bool required, CancellationToken ct)
    {
        var text = Request.Form[field].ToString().Trim();
        Values[field] = text;
        if (text.Length == 0)
        {
            if (required)
            {
                Problems[field] = T["此项必填。"];
            }

            return null;
        }

        var found = await rows.FindDepartmentsAsync(Enterprise.Id, text, exact: true, ct);
        if (found.Count == 1)
        {
            return found[0];
        }

        Problems[field] = found.Count == 0
            ? T["没有这个部门。请填写部门ID或完整的部门名称。"]
            : T["有多个这样的部门，请填写部门ID：{0}", string.Join(", ", found.Select(choice => choice.Label))];
        return null;
    }

    /// <summary>Shows the form again with what WeCom said.</summary>
    protected IActionResult RefusedByWeCom(WriteResult result, string version)
    {
        Version = version;
        if (result.Silence is not null)
        {
            return Refused(WriteErrors.OfSilence(T), version);
        }

        var (field, text) = WriteErrors.Of(result.Refusal!, T);
        if (field.Length > 0 && Has(field))
        {
            Problems[field] = text;
            return RefusedFields(version);
        }

        return Refused(text, version);
    }

    /// <summary>Whether the form has this field.</summary>
    protected abstract bool Has(string field);

    /// <summary>Says what others changed after the page had been opened.</summary>
    protected async Task<IActionResult> RefusedForAnotherAsync(string entity, object key, string version, CancellationToken ct)
    {
        var since = DateTimeOffset.TryParse(Request.Form["version"].ToString(), System.Globalization.CultureInfo.InvariantCulture, out var opened) ? opened : DateTimeOffset.MinValue;
        var changes = (await history.OfAsync(Enterprise.Id, entity, key, ct)).Where(change => change.At > since);
        var values = changes.SelectMany(change => change.Values).Select(value => $"{UserFields.Label(value.Field, T)} → {Shown.Line(value.Value)}").Distinct();
        Version = version;
        return Refused(
            T["您打开页面之后，内容已被改变，因此尚未保存您的修改。现在：{0}。请核对后再次保存；您输入的内容仍在。", string.Join("; ", values.DefaultIfEmpty(T["部门或负责人有变化"]))],
            version);
    }
}
