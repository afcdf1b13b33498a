using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Simulator.Callbacks;

namespace WeComSync.Simulator.Tests.Callbacks;

/// <summary>An event server over real HTTP, which opens what it gets with a decryption of its own and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    public const string Token = "QDG6eK";
    public const string Key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();
    private int _underWay;
    private int _mostUnderWay;

    private Receiver(WebApplication app) => _app = app;

    /// <summary>Status and body of the answer to each request. The default is what WeCom wants to hear.</summary>
    public Func<Received, Task<(int Status, string Body)>> Answers { get; set; } =
        received => Task.FromResult((200, received.IsCheck ? received.Text : "success"));

    public string Url { get; private set; } = "";

    public CallbackTarget Target => new($"{Url}/callback/contacts", Token, Key);

    /// <summary>In the order of arrival, without URL checks.</summary>
    public IReadOnlyList<Received> Events => [.. _received.Where(received => !received.IsCheck)];

    public IReadOnlyList<Received> Checks => [.. _received.Where(received => received.IsCheck)];

    public int MostUnderWay => _mostUnderWay;

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.HandleAsync);
        await app.StartAsync(Caller.Cancel);
        receiver.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    /// <summary>AES in its plainest form: block by block, chained by hand.</summary>
    public static (string Text, string ReceiveId) Open(string key, string encrypt)
    {
        var secret = Convert.FromBase64String(key + "=");
        var cipher = Convert.FromBase64String(encrypt);
        using var aes = Aes.Create();
        aes.Key = secret;
        var plain = aes.DecryptEcb(cipher, PaddingMode.None);
        for (var i = 0; i < plain.Length; i++)
            plain[i] ^= i < 16 ? secret[i] : cipher[i - 16];
        Assert.InRange(plain[^1], 1, 32);
        Assert.All(plain[^plain[^1]..], value => Assert.Equal(plain[^1], value));
        Assert.Equal(0, plain.Length % 32);
        var length = BinaryPrimitives.ReadInt32BigEndian(plain.AsSpan(16));
        return (Encoding.UTF8.GetString(plain, 20, length), Encoding.UTF8.GetString(plain[(20 + length)..^plain[^1]]));
    }

    [SuppressMessage("Security", "CA5350", Justification = "WeCom's choice.")]
    private async Task HandleAsync(HttpContext context)
    {
        var now = Interlocked.Increment(ref _underWay);
        for (var most = _mostUnderWay; now > most; most = _mostUnderWay)
            Interlocked.CompareExchange(ref _mostUnderWay, now, most);
        var query = context.Request.Query;
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
        var isCheck = HttpMethods.IsGet(context.Request.Method);
        var encrypt = isCheck ? query["echostr"].ToString()
            : body.StartsWith('{') ? System.Text.Json.JsonDocument.Parse(body).RootElement.Text("encrypt")
            : XElement.Parse(body).Element("Encrypt")!.Value;
        var parts = new List<string> { Token, query["timestamp"]!, query["nonce"]!, encrypt };
        parts.Sort(string.CompareOrdinal);
        var isSigned = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(string.Concat(parts)))) == query["msg_signature"];
        var (text, receiveId) = Open(Key, encrypt);
        var received = new Received(isCheck, isSigned, text, receiveId, context.Request.QueryString.Value!, body, context.Connection.Id, context.RequestAborted);
        _received.Enqueue(received);
        var (status, answer) = await Answers(received);
        Interlocked.Decrement(ref _underWay);
        context.Response.StatusCode = status;
        // A 204 may have no body: even an empty write would end the connection after it.
        if (answer.Length > 0)
            await context.Response.WriteAsync(answer, context.RequestAborted);
    }
}

/// <summary>One request; its text is what was decrypted.</summary>
internal sealed record Received(
    bool IsCheck, bool IsSigned, string Text, string ReceiveId, string Query, string Body, string Connection, CancellationToken Aborted)
{
    public XElement Xml => XElement.Parse(Text);

    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    public string Field(string name) => Xml.Element(name)!.Value;
}
