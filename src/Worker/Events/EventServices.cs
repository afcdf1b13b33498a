using WeComSync.Domain.Inbox;
using WeComSync.Worker.Events.Customers;

namespace WeComSync.Worker.Events;

internal static class EventServices
{
    /// <summary>Registers what applies events. Needs the syncs and a job client.</summary>
    public static void AddEvents(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<InboxOptions, InboxOptionsValidator>()
            .Bind(builder.Configuration.GetSection(InboxOptions.Section));
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<EventMetrics>();
        builder.Services.AddSingleton<EventClaims>();
        builder.Services.AddSingleton<HalvingMerge>();
        builder.Services.AddSingleton<CustomerNotices>();
        builder.Services.AddSingleton<CustomerEventApplier>();
        builder.Services.AddSingleton<EventApplier>();
        builder.Services.AddSingleton<EventFailures>();
        builder.Services.AddSingleton<EventStorm>();
        builder.Services.AddSingleton<EventDrain>();
        builder.Services.AddSingleton<ParkedEvents>();
        builder.Services.AddSingleton<EventRetention>();
        builder.Services.AddSingleton<OverflowedInboxes>();
        builder.Services.AddSingleton<EventSweep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EventSweep>());
        builder.Services.AddScoped<IInboxJob, InboxJob>();
        builder.Services.AddScoped<IEventJob, EventJob>();
    }
}
