using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WeComSync.Domain.Runs;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>The worker's <c>serve</c> inside the test process, with a sync that only remembers.</summary>
internal sealed class TestWorker : IAsyncDisposable
{
    public const string Email = "operator@example.com";
    public const string Password = "correct horse battery";

    /// <summary>Of the whole process and never disposed: Hangfire logs through whichever host came last.</summary>
    private static readonly LogLines Lines = new();
    private static readonly ILoggerFactory Loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Quartz", LogLevel.Warning)
        .AddProvider(Lines));

    private readonly WebApplication app;

    private TestWorker(WebApplication app, RecordingSync sync)
    {
        this.app = app;
        Sync = sync;
    }

    public RecordingSync Sync { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Every log line of every worker in this process.</summary>
    public static IEnumerable<string> Log => Lines.Written;

    /// <summary>Waits for a log line that holds <paramref name="text"/>: what it tells of is seen elsewhere before it is written.</summary>
    public static Task LoggedAsync(string text) => Eventually.TrueAsync(
        $"the log says \"{text}\"", () => Log.Any(line => line.Contains(text, StringComparison.Ordinal)));

    /// <summary>Builds a worker that is not started: its services work, nothing happens by itself.</summary>
    public static TestWorker Build(string connectionString, params string[] settings) => Build(connectionString, new RecordingSync(), settings);

    private static TestWorker Build(string connectionString, RecordingSync sync, string[] settings, TimeProvider? clock = null) =>
        new(BuildHost(connectionString, settings, services => services.AddSingleton<ISyncRunner>(sync).AddSingleton(clock ?? TimeProvider.System)), sync);

    /// <summary>The host alone. Every one in this process is made here: one with a log of its own would break the others when it goes.</summary>
    public static WebApplication BuildHost(string connectionString, IEnumerable<string> settings, Action<IServiceCollection>? more = null)
    {
        string[] args =
        [
            "--environment=Development",
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:WeComSync={connectionString}",
            $"--Console:Operator:Email={Email}",
            $"--Console:Operator:Password={Password}",
            .. settings,
        ];
        return ServeHost.Build(args, builder =>
        {
            builder.Services.AddSingleton(Loggers);
            more?.Invoke(builder.Services);
        });
    }

    public static async Task<TestWorker> StartAsync(string connectionString, params string[] settings)
    {
        var worker = Build(connectionString, settings);
        await worker.app.StartAsync(TestContext.Current.CancellationToken);
        return worker;
    }

    /// <summary>One that lives at another time.</summary>
    public static async Task<TestWorker> StartAsync(string connectionString, TimeProvider clock)
    {
        var worker = Build(connectionString, new RecordingSync(), [], clock);
        await worker.app.StartAsync(TestContext.Current.CancellationToken);
        return worker;
    }

    /// <summary>One that can run these kinds of sync.</summary>
    public static async Task<TestWorker> StartAsync(string connectionString, SyncKind kind, params SyncKind[] more)
    {
        var worker = Build(connectionString, new RecordingSync { Kinds = more.Append(kind).ToHashSet() }, []);
        await worker.app.StartAsync(TestContext.Current.CancellationToken);
        return worker;
    }

    public Task StopAsync() => app.StopAsync(CancellationToken.None);

    /// <summary>A browser without a session: it keeps cookies and follows nothing.</summary>
    public HttpClient Visit() => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        if (app.Lifetime.ApplicationStarted.IsCancellationRequested)
        {
            try
            {
                await StopAsync();
            }
            catch (Exception late) when (late is OperationCanceledException or AggregateException)
            {
                // The test took its database away.
            }
        }

        await app.DisposeAsync();
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> written = new();

        public IEnumerable<string> Written => written;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            written.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
