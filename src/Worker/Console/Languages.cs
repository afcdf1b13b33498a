using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Localization;
using WeComSync.Worker.Doctor;

namespace WeComSync.Worker.WebConsole;

/// <summary>Chinese unless the visitor chose, or his browser prefers, English.</summary>
internal static class Languages
{
    public const string Cookie = "wecomsync-language";

    /// <summary>The first is the default.</summary>
    public static IReadOnlyList<CultureInfo> All { get; } = [CultureInfo.GetCultureInfo("zh-CN"), CultureInfo.GetCultureInfo("en")];

    /// <summary>For texts that are kept in both languages beside each other.</summary>
    public static DoctorLanguage OfVisitor => CultureInfo.CurrentUICulture.Name == "en" ? DoctorLanguage.English : DoctorLanguage.Chinese;

    public static void AddConsoleLanguages(this IServiceCollection services)
    {
        services.AddLocalization();
        // Chinese goes into pages as it is, not as numbers; what HTML obeys is still encoded.
        services.AddWebEncoders(encoder => encoder.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
    }

    public static void UseConsoleLanguages(this IApplicationBuilder app) => app.UseRequestLocalization(new RequestLocalizationOptions
    {
        DefaultRequestCulture = new RequestCulture(All[0]),
        SupportedCultures = [.. All],
        SupportedUICultures = [.. All],
        RequestCultureProviders =
        [
            new CookieRequestCultureProvider { CookieName = Cookie },
            new AcceptLanguageHeaderRequestCultureProvider(),
        ],
    });
}
