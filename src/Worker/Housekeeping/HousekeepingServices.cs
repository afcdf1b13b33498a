namespace WeComSync.Worker.Housekeeping;

internal static class HousekeepingServices
{
    /// <summary>Registers what keeps tables from growing for ever. Needs the jobs' data source, the schedules and the events.</summary>
    public static void AddHousekeeping(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RetentionOptions, RetentionOptionsValidator>()
            .Bind(builder.Configuration.GetSection(RetentionOptions.Section));
        builder.Services.AddSingleton<ChangeMonths>();
        builder.Services.AddSingleton<OldRows>();
        builder.Services.AddSingleton<OldJobs>();
        builder.Services.AddSingleton<Housekeeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Housekeeper>());
    }
}
