namespace WeComSync.Callbacks.Keys;

internal static class KeyServices
{
    /// <summary>Registers what knows the tenants' addresses and keys.</summary>
    public static void AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<SecretKeys>();
        services.AddSingleton<AddressBook>();
        services.AddSingleton<AddressQuery>();
        services.AddSingleton<AddressReader>();
        services.AddHostedService(provider => provider.GetRequiredService<AddressReader>());
        services.AddHostedService<AddressListener>();
    }
}
