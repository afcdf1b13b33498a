using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using WeComSync.Simulator.Api;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Calls;
using WeComSync.Simulator.Control;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Generation;
using WeComSync.Simulator.Limits;

namespace WeComSync.Simulator;

/// <summary>A web host that behaves like WeCom towards any number of companies.</summary>
public sealed class SimulatorHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Corp> _corps = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _takenIds = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _app;
    private readonly CallbackPost _callbacks;
    private volatile string? _callerAddress;

    private SimulatorHost(SimulatorOptions options)
    {
        Options = options;
        Clock = new SimulatorClock(options.Time);
        _callbacks = new CallbackPost(Clock);
        AddressLimits = options.AddressLimits;
        SecretGuard = new SecretGuard(options.WrongSecretsBeforeBan);
        _callerAddress = options.CallerAddress;
        _app = Build(options);
    }

    /// <summary>Such as <c>http://127.0.0.1:7070</c>, without a slash at its end, as it is put into settings.</summary>
    public string BaseUrl { get; private set; } = "";

    public SimulatorClock Clock { get; }

    public FaultPlan Faults { get; } = new();

    public CallLog Calls { get; } = new();

    /// <summary>A call was admitted: the company, the endpoint, and the body of a POST. On the thread that answers it.</summary>
    public event Action<Corp, string, JsonElement>? Asked;

    public IReadOnlyCollection<Corp> Corps => [.. _corps.Values];

    /// <summary>Over all companies, per address and endpoint.</summary>
    public RateLimits AddressLimits { get; set; }

    /// <summary>The public address that calls seem to come from; null: the true one.</summary>
    public string? CallerAddress
    {
        get => _callerAddress;
        set => _callerAddress = value;
    }

    internal SimulatorOptions Options { get; }

    internal TokenBook Tokens { get; } = new();

    internal CallGates Gates { get; } = new();

    internal SecretGuard SecretGuard { get; }

    public static async Task<SimulatorHost> StartAsync(SimulatorOptions options, CancellationToken ct)
    {
        var host = new SimulatorHost(options);
        await host._app.StartAsync(ct);
        var addresses = host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        host.BaseUrl = addresses!.Addresses.Single();
        return host;
    }

    /// <summary>Makes a company up.</summary>
    public Corp AddCorp(CorpOptions options)
    {
        var corpId = options.CorpId ?? MadeUpCorpId(options.Seed);
        if (!_takenIds.TryAdd(corpId, true) && options.CorpId is not null)
            throw new ArgumentException($"There is a company {corpId} already.", nameof(options));
        var world = WorldGenerator.Generate(options, Clock);
        return _corps[corpId] = new Corp(options, corpId, world, CustomerGenerator.Generate(options, world, Clock), Tokens, _callbacks, Clock);
    }

    /// <param name="corpId">In any case.</param>
    public Corp? FindCorp(string corpId) => _corps.GetValueOrDefault(corpId);

    internal void Tell(Corp corp, string path, JsonElement body) => Asked?.Invoke(corp, path, body);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var channel in _corps.Values.SelectMany(corp => corp.Channels))
            await channel.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _callbacks.Dispose();
        _stopping.Dispose();
    }

    private string MadeUpCorpId(int seed) => Enumerable.Range(0, int.MaxValue)
        .Select(index => Secrets.CorpId($"{seed}/{index}"))
        .First(id => _takenIds.TryAdd(id, true));

    private WebApplication Build(SimulatorOptions options)
    {
        // Empty: settings files, variables and signal handlers of the process that hosts it are none of its business.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A caller that stops reading for a while is his own business: only faults cut connections here.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        // An exception here is a mistake of the simulator's own and must not look like one of its faults.
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        // A failed start is thrown; whoever started it tells it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        ControlApi.AddServices(builder.Services);
        var app = builder.Build();
        var api = new WeComApi(this, new FaultDelivery(_stopping.Token));
        app.Use((context, next) =>
            context.Request.Path.Value!.StartsWith(WeComApi.Prefix, StringComparison.Ordinal) ? api.HandleAsync(context) : next(context));
        ControlApi.Map(app, this);
        return app;
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
