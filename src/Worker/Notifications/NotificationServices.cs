using Microsoft.Extensions.Options;

namespace WeComSync.Worker.Notifications;

internal static class NotificationServices
{
    /// <summary>Registers what tells operators that they are needed.</summary>
    public static void AddNotifications(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<NotificationOptions, NotificationRangesValidator>()
            .Bind(builder.Configuration.GetSection(NotificationOptions.Section));
        builder.Services.AddSingleton<IValidateOptions<NotificationOptions>, NotificationOptionsValidator>();

        // A robot's address holds its key: the factory's loggers would write it down.
        builder.Services.AddHttpClient(NoticeSender.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .UseSocketsHttpHandler((handler, provider) => SetUp(handler, provider.GetRequiredService<IOptions<NotificationOptions>>().Value))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton<NoticeSender>();
        builder.Services.AddSingleton<NoticeQueue>();
        builder.Services.AddSingleton<IncidentFinder>();
        builder.Services.AddSingleton<IncidentBook>();
        builder.Services.AddSingleton<IncidentWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<IncidentWatch>());
    }

    private static void SetUp(SocketsHttpHandler handler, NotificationOptions options)
    {
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        // A proxy would resolve names by itself, out of our sight.
        handler.UseProxy = false;
        handler.ConnectTimeout = TimeSpan.FromSeconds(5);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(1);
        handler.ActivityHeadersPropagator = null;
        if (!options.AllowPrivateAddresses)
        {
            handler.ConnectCallback = PublicAddresses.ConnectAsync;
        }
    }
}
