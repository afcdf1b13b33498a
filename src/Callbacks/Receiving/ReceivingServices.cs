namespace WeComSync.Callbacks.Receiving;

internal static class ReceivingServices
{
    /// <summary>Registers what answers requests.</summary>
    public static void AddReceiving(this IServiceCollection services)
    {
        services.AddSingleton<AttemptLog>();
        services.AddHostedService(provider => provider.GetRequiredService<AttemptLog>());
        services.AddSingleton<Outcomes>();
        services.AddSingleton<SourceLimit>();
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<CallbackEndpoint>();
        services.AddSingleton<CallbackRoute>();
    }
}
