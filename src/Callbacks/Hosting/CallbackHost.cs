using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Keys;
using WeComSync.Callbacks.Receiving;
using WeComSync.Callbacks.Spool;
using WeComSync.Domain.Storage;

namespace WeComSync.Callbacks.Hosting;

/// <summary>Puts the host together.</summary>
internal static class CallbackHost
{
    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var storage = StorageOptions.Read(builder.Configuration, builder.Environment);
        var options = CallbackOptions.Read(builder.Configuration, builder.Environment);
        builder.AddCallbackLogging();
        builder.Services.AddSingleton(storage);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(_ => InboxDataSource.Create(storage.ConnectionString));
        builder.Services.AddKeys();
        builder.Services.AddInbox();
        builder.Services.AddReceiving();
        builder.Services.AddManagement();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Limit(kestrel, options));
        var publicUrls = builder.Configuration["Urls"] ?? "http://localhost:5000";
        builder.WebHost.UseUrls(options.ManagementUrl is { } management ? $"{publicUrls};{management}" : publicUrls);
        Trust(builder.Services, options);

        var app = builder.Build();
        app.Services.GetRequiredService<SpoolFolder>().Prepare();
        app.Services.WatchSpool();
        if (options.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        app.UseManagement();
        app.Run(app.Services.GetRequiredService<CallbackRoute>().HandleAsync);
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel, CallbackOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = RequestBody.MaxBytesWithFraming;
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.MaxRequestHeaderCount = 50;
        // Kestrel adds a second and looks once a second, so a slow client is gone within five.
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(3);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(2));
    }

    private static void Trust(IServiceCollection services, CallbackOptions options) =>
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in options.TrustedProxies)
            {
                forwarded.KnownIPNetworks.Add(network);
            }
        });
}
