using Hangfire;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Events;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Accounts;
using WeComSync.Worker.WebConsole.Assets;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Directory;
using WeComSync.Worker.WebConsole.Directory.Local;
using WeComSync.Worker.WebConsole.Directory.Writing;
using WeComSync.Worker.WebConsole.Enterprises;
using WeComSync.Worker.WebConsole.Live;
using WeComSync.Worker.WebConsole.Platforms;
using WeComSync.Worker.WebConsole.Runs;

namespace WeComSync.Worker.WebConsole;

/// <summary>The pages of operators and enterprise administrators, and Hangfire's dashboard. Only the login is open to strangers.</summary>
internal static class ConsoleServices
{
    public const string DashboardPath = "/hangfire";

    public static void AddConsole(this WebApplicationBuilder builder, ConsoleOptions options)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 256 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });

        var services = builder.Services;
        services.AddSingleton(options);
        services.AddOrigins(options);
        services.AddSessions(options);
        services.AddPolicies();
        services.AddSingleton<AuditLog>();
        services.AddScoped<PlatformSwitch>();
        services.AddSingleton<EnterpriseList>();
        services.AddSingleton<DirectoryRows>();
        services.AddSingleton<ObjectHistory>();
        services.AddScoped<EnterpriseApps>();
        services.AddScoped<WriteAccess>();
        services.AddScoped<DirectoryWriter>();
        services.AddScoped<LocalDirectory>();
        services.AddScoped<LocalMatches>();
        services.AddScoped<LiveParts>();
        services.AddScoped<Administrators>();
        services.AddScoped<PlatformBindings>();
        services.AddSingleton<RunChanges>();
        services.AddSingleton(CallbackAddresses.Read(builder.Configuration));
        services.AddSingleton<TenantApply>();
        services.AddSingleton<TenantEdit>();
        services.AddSingleton<EventReplay>();
        services.AddSingleton<ConsoleAssets>();
        services.AddConsoleLanguages();
        // Hangfire checks its POST requests only where antiforgery is registered.
        services.AddAntiforgery(antiforgery => Sessions.Configure(antiforgery.Cookie, options, "wecomsync-form"));
        services.Configure<CookieTempDataProviderOptions>(done => Sessions.Configure(done.Cookie, options, "wecomsync-done"));
        // Each page refuses a form without its token: that is how Razor Pages are made, unless a page says otherwise.
        services.AddRazorPages(pages =>
        {
            pages.RootDirectory = "/Console/Pages";
            pages.Conventions.AuthorizePage("/Index", Policies.Account);
            pages.Conventions.AuthorizePage("/Logout", Policies.Account);
            pages.Conventions.AuthorizeFolder("/Me", Policies.Account);
            pages.Conventions.AuthorizeFolder("/Operator", Policies.Operator);
            pages.Conventions.AuthorizeFolder("/Enterprise", Policies.Enterprise);
        });
    }

    public static void UseConsole(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<ConsoleOptions>();
        if (options.Secure)
        {
            // TLS ends at a proxy; what reaches us in the clear was https outside, and cookies are made for that.
            app.Use((context, next) =>
            {
                context.Request.Scheme = Uri.UriSchemeHttps;
                return next(context);
            });
        }

        app.UseSecurityHeaders(options);
        app.UseOrigins(options);
        app.UseExceptionHandler(failed => failed.Run(context =>
            context.Response.WriteAsync("操作没有成功，原因见服务日志。 This did not work; the worker's log says why.", context.RequestAborted)));
        app.UseStatusCodePagesWithReExecute("/problem/{0}");
        app.UseConsoleLanguages();
        app.RefuseUnstorableText();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();

        app.MapRazorPages();
        app.MapConsoleAssets();
        app.MapHangfireDashboardWithAuthorizationPolicy(Policies.Operator, DashboardPath, new DashboardOptions
        {
            DashboardTitle = "WeComSync jobs",
            DisplayStorageConnectionString = false,
            StatsPollingInterval = 5000,
        });
    }
}
