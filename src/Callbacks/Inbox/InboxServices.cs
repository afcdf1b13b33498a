using Npgsql;
using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Spool;

namespace WeComSync.Callbacks.Inbox;

internal static class InboxServices
{
    /// <summary>Registers what keeps events: the inbox, and the spool behind it.</summary>
    public static void AddInbox(this IServiceCollection services)
    {
        services.AddSingleton<Breaker>();
        services.AddSingleton(provider =>
            new FullInboxes(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<CallbackOptions>().MostWaiting));
        services.AddHostedService<FullInboxWatch>();
        services.AddSingleton<InboxStatement>();
        services.AddSingleton<SpoolFolder>();
        services.AddSingleton<SpoolWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<SpoolWriter>());
        services.AddHostedService<SpoolDrain>();
        services.AddSingleton<InboxWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<InboxWriter>());
        services.AddSingleton<EventKeeper>();
    }
}
