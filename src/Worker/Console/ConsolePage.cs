using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WebConsole.Access;

namespace WeComSync.Worker.WebConsole;

/// <summary>What the console's pages share: texts, the enterprise of the route, and how a form ends.</summary>
internal abstract class ConsolePage : PageModel
{
    /// <summary>What is wrong with each field of the form, by its name.</summary>
    public Dictionary<string, string> Problems { get; } = [];

    /// <summary>What is wrong with the whole form.</summary>
    public string? Problem { get; protected set; }

    /// <summary>Only on pages about one enterprise.</summary>
    public Tenant Enterprise => HttpContext.Enterprise();

    protected IStringLocalizer T => HttpContext.RequestServices.GetRequiredService<IStringLocalizer<Texts>>();

    protected string AddressOf(string page) => $"/e/{Enterprise.Key}{page}";

    /// <summary>The form was accepted: on to a page, which says so.</summary>
    protected IActionResult Accepted(string address, string? done = null)
    {
        if (done is not null)
        {
            TempData["Done"] = done;
        }

        return IsScript ? new JsonResult(new FormAnswer { Go = address }) : LocalRedirect(address);
    }

    /// <summary>Fields of the form were refused; nothing that was typed is lost.</summary>
    protected IActionResult Refused() => RefusedFields(null);

    /// <summary>Fields of the form were refused.</summary>
    /// <param name="version">What the next attempt is based on.</param>
    protected IActionResult RefusedFields(string? version)
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        Problem ??= T["有 {0} 处需要改正，见各项下的说明。", Problems.Count];
        return IsScript
            ? new JsonResult(new FormAnswer { Problem = Problem, Problems = Problems, Version = version }) { StatusCode = Response.StatusCode }
            : Page();
    }

    /// <summary>The form as a whole was refused.</summary>
    protected IActionResult Refused(string problem, string? version = null)
    {
        Problem = problem;
        return RefusedFields(version);
    }

    private bool IsScript => Request.Headers.XRequestedWith.Count > 0;
}
