using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.Events;
using WeComSync.Worker.WebConsole;
using WeComSync.Worker.Health;
using WeComSync.Worker.Housekeeping;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Notifications;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Commands;

/// <summary>The host of <c>serve</c>, put together.</summary>
internal static class ServeHost
{
    /// <summary>Supervisors kill after 30 s as a rule; what is left of them is for the process to end.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(25);

    /// <param name="args">Settings as <c>--Key=value</c>, before all others; for tests.</param>
    /// <param name="more">Changes what was registered; for tests.</param>
    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[]? args = null, Action<WebApplicationBuilder>? more = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            // Settings file and pages lie beside the program, wherever it is started from.
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(ServeHost).Assembly.GetName().Name,
        });
        builder.AddWorker();
        builder.Services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = StopWithin;
            options.ServicesStopConcurrently = true; // or each could use up the time of the others
        });
        builder.Services.AddSingleton<IHostLifetime, SignalsOnly>();

        var connectionString = StorageOptions.Read(builder.Configuration, builder.Environment).ConnectionString;
        builder.Services.AddJobs(connectionString, JobOptions.Read(builder.Configuration));
        builder.Services.AddSchedules(connectionString);
        builder.AddSync();
        builder.AddEvents();
        builder.AddHousekeeping();
        builder.AddNotifications();
        builder.Services.AddSingleton(CallbackAddresses.Read(builder.Configuration));
        builder.Services.AddDoctor();
        builder.AddConsole(ConsoleOptions.Read(builder.Configuration));
        builder.Services.AddHealth();
        builder.Services.AddWorkerMetrics();
        more?.Invoke(builder);

        var app = builder.Build();
        app.UseWorkerMetrics();
        app.UseConsole();
        app.MapHealth();
        return app;
    }
}
