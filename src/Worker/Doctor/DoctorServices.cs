namespace WeComSync.Worker.Doctor;

internal static class DoctorServices
{
    /// <summary>Registers the doctor. Needs the syncs with their WeCom client, and the callback addresses.</summary>
    public static void AddDoctor(this IServiceCollection services)
    {
        services.AddSingleton<CredentialChecks>();
        services.AddSingleton<DirectoryChecks>();
        services.AddSingleton<CustomerCheck>();
        services.AddSingleton<CallbackCheck>();
        services.AddSingleton<TenantDoctor>();
        services.AddSingleton<HostDoctor>();
    }
}
