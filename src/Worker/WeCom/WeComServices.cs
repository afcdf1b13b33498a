using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WeComSync.Worker.Storage;
using WeComSync.Worker.WeCom.Contacts;
using WeComSync.Worker.WeCom.Customers;
using WeComSync.Worker.WeCom.Http;
using WeComSync.Worker.WeCom.Limits;
using WeComSync.Worker.WeCom.Tokens;

namespace WeComSync.Worker.WeCom;

internal static class WeComServices
{
    /// <summary>Registers <see cref="WeComClient"/> and <see cref="CustomerClient"/>. Needs the storage of <c>AddStorage</c> for secrets and tokens.</summary>
    public static IServiceCollection AddWeComClient(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<WeComOptions, WeComOptionsValidator>().Bind(configuration.GetSection(WeComOptions.Section));
        services.AddOptionsWithValidateOnStart<HttpOptions, HttpOptionsValidator>().Bind(configuration.GetSection(HttpOptions.Section));
        services.TryAddSingleton(TimeProvider.System);

        // The address of a call holds a token or a secret: the factory's loggers would write it down.
        services.AddHttpClient(WeComHttp.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .UseSocketsHttpHandler((handler, provider) => SetUp(handler, provider.GetRequiredService<IOptions<HttpOptions>>().Value))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);

        services.AddSingleton<Resilience>();
        services.AddSingleton<WeComClock>();
        services.AddSingleton<WeComHttp>();
        services.AddSingleton<DatabaseTime>();
        services.AddSingleton<LimitStore>();
        services.AddSingleton<SharedRefusals>();
        services.AddSingleton<ApiGates>();
        services.AddSingleton<WeComSender>();
        services.AddSingleton<TenantSecrets>();
        services.AddSingleton<TokenStore>();
        services.AddSingleton<RefusedSecrets>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<WeComCalls>();
        services.AddSingleton<WeComClient>();
        services.AddSingleton<CustomerClient>();
        services.AddSingleton<ContactWriter>();
        return services;
    }

    private static void SetUp(SocketsHttpHandler handler, HttpOptions options)
    {
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.AutomaticDecompression = DecompressionMethods.All;
        handler.ConnectCallback = Ipv4First.ConnectAsync;
        handler.ConnectTimeout = TimeSpan.FromSeconds(10);
        // Addresses behind the name change; a connection that lives for ever would not notice.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        // No trace header: WeCom has no use for it.
        handler.ActivityHeadersPropagator = null;
        if (options.Proxy is { } proxy)
        {
            var address = new Uri(proxy);
            handler.UseProxy = true;
            handler.Proxy = new WebProxy(address) { Credentials = CredentialsOf(address) };
        }
    }

    private static NetworkCredential? CredentialsOf(Uri proxy)
    {
        if (proxy.UserInfo.Length == 0)
        {
            return null;
        }

        var parts = proxy.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
