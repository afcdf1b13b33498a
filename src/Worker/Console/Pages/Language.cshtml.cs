using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Remembers the visitor's language in a cookie.</summary>
[AllowAnonymous]
internal sealed class LanguageModel(ConsoleOptions options) : ConsolePage
{
    public IActionResult OnGet() => LocalRedirect("/");

    public IActionResult OnPost([FromForm] string? language, [FromForm] string? returnUrl)
    {
        if (Languages.All.FirstOrDefault(known => known.Name == language) is { } chosen)
        {
            var value = CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(chosen));
            Response.Cookies.Append(Languages.Cookie, value, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = options.Secure,
                MaxAge = TimeSpan.FromDays(365),
            });
        }

        return LocalRedirect(Url.IsLocalUrl(returnUrl) ? returnUrl : "/");
    }
}
