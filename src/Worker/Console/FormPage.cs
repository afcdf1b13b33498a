using Microsoft.AspNetCore.Mvc;

namespace WeComSync.Worker.WebConsole;

/// <summary>A page with fields that are checked one by one as they are typed, and all again when they are sent.</summary>
internal abstract class FormPage : ConsolePage
{
    /// <summary>What the page was opened with: a later save by somebody else is found by it.</summary>
    public string Version { get; protected set; } = "";

    /// <summary>What was typed into fields that are no secrets, or what is stored.</summary>
    public Dictionary<string, string> Values { get; } = [];

    /// <summary>One field while it is typed.</summary>
    public IActionResult OnPostCheck([FromForm] string? field, [FromForm] string? value)
    {
        var text = value?.Trim() ?? "";
        return new JsonResult(new FormAnswer { Problem = text.Length == 0 ? null : Check(field ?? "", text) });
    }

    /// <returns>What is wrong with a field; null if nothing is.</returns>
    protected abstract string? Check(string field, string value);

    /// <summary>A field's text without blanks around it; what is wrong with it goes beside it.</summary>
    /// <returns>Null if it was left empty, or is wrong.</returns>
    protected string? Read(string field, bool required = false)
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

        if (Check(field, text) is not { } problem)
        {
            return text;
        }

        Problems[field] = problem;
        return null;
    }
}
