using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>
/// A web server that answers byte for byte what a test says, where the simulator is too well-behaved. Paths are those below
/// <c>/cgi-bin/</c>. <c>gettoken</c> answers <c>token-1</c>, <c>token-2</c> … unless a test says otherwise.
/// </summary>
internal sealed class WeComStub : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Func<StubCall, Task>> answers = new();
    private readonly ConcurrentQueue<StubCall> calls = new();
    private int tokens;

    private WeComStub(WebApplication app) => this.app = app;

    public string BaseUrl { get; private set; } = "";

    /// <summary>Every call so far, in the order of arrival.</summary>
    public IReadOnlyList<StubCall> Calls => [.. calls];

    public static async Task<WeComStub> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var stub = new WeComStub(app);
        app.Run(stub.HandleAsync);
        await app.StartAsync();
        stub.BaseUrl = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        stub.On("gettoken", call => call.JsonAsync($$"""{"errcode":0,"errmsg":"ok","access_token":"token-{{Interlocked.Increment(ref stub.tokens)}}","expires_in":7200}"""));
        return stub;
    }

    /// <summary>Answers a path as the test likes.</summary>
    public void On(string path, Func<StubCall, Task> answer) => answers[path] = answer;

    /// <summary>Answers a path with these bodies in turn; the last one again and again.</summary>
    public void Answer(string path, params string[] bodies) => On(path, call => call.JsonAsync(bodies[Math.Min(call.Number, bodies.Length) - 1]));

    public int Count(string path) => calls.Count(c => c.Path == path);

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Replace("/cgi-bin/", "", StringComparison.Ordinal);
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        StubCall call;
        lock (calls)
        {
            call = new StubCall(context, path, body, Count(path) + 1);
            calls.Enqueue(call);
        }

        await (answers.TryGetValue(path, out var answer) ? answer(call) : call.AnswerAsync(404, "text/html", "<html>404</html>"));
    }
}

/// <summary>A call to the stub, and the ways to answer it.</summary>
internal sealed class StubCall(HttpContext context, string path, string body, int number)
{
    public string Path => path;

    public string Body => body;

    /// <summary>1 for the first call of this path.</summary>
    public int Number => number;

    public string Query { get; } = context.Request.QueryString.Value ?? "";

    public string? Token { get; } = context.Request.Query["access_token"];

    public string Host { get; } = context.Request.Host.Value!;

    public string Header(string name) => context.Request.Headers[name].ToString();

    /// <summary>Completes when the client gives up.</summary>
    public CancellationToken Aborted { get; } = context.RequestAborted;

    public Task JsonAsync(string json) => AnswerAsync(200, "application/json; charset=UTF-8", json);

    public Task AnswerAsync(int status, string type, string text) => AnswerAsync(status, type, Encoding.UTF8.GetBytes(text));

    public async Task AnswerAsync(int status, string type, byte[] bytes)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.Body.WriteAsync(bytes);
    }

    /// <summary>Sends some of the body and makes sure that it leaves.</summary>
    public async Task SendAsync(string part)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(part));
        await context.Response.Body.FlushAsync();
    }

    /// <summary>Resets the connection.</summary>
    public void Reset() => context.Abort();

    /// <summary>Says nothing until the client gives up.</summary>
    public Task HangAsync()
    {
        var gone = new TaskCompletionSource();
        Aborted.Register(gone.SetResult);
        return gone.Task;
    }
}
