using System.Text.Json;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Control;

/// <summary>Everything that tests do in process, over HTTP for those in another one. Under <c>/_control</c>.</summary>
internal static class ControlApi
{
    public static void AddServices(IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(options => ControlJson.Configure(options.SerializerOptions));

    public static void Map(WebApplication app, SimulatorHost host)
    {
        // A refused change or an unknown name is the caller's mistake, and says so.
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Exception mistake) when (mistake is WorldRuleException or ArgumentException or KeyNotFoundException
                or JsonException or BadHttpRequestException)
            {
                context.Response.StatusCode = mistake is KeyNotFoundException ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest;
                await context.Response.WriteAsJsonAsync(
                    new { error = mistake.Message, errcode = (mistake as WorldRuleException)?.ErrCode }, ControlJson.Options);
            }
        });
        app.UseRouting();
        var control = app.MapGroup("/_control");
        HostRoutes.Map(control, host);
        FaultRoutes.Map(control, host);
        CallRoutes.Map(control, host);
        CorpRoutes.Map(control, host);
        PeopleRoutes.Map(control, host);
        DepartmentRoutes.Map(control, host);
        TagRoutes.Map(control, host);
        TruthRoutes.Map(control, host);
        CustomerRoutes.Map(control, host);
        CorpTagRoutes.Map(control, host);
        ChatRoutes.Map(control, host);
        CustomerTruthRoutes.Map(control, host);
        CallbackRoutes.Map(control, host);
    }

    public static Corps.Corp Corp(this SimulatorHost host, string corpId) =>
        host.FindCorp(corpId) ?? throw new KeyNotFoundException($"There is no company {corpId}.");
}
