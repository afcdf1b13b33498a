using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Corps;

/// <summary>A company at WeCom: its world, the credentials an administrator made, and how WeCom treats it.</summary>
public sealed class Corp
{
    private readonly TokenBook _tokens;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private volatile App[] _apps = [];
    private volatile CorpSettings _settings;

    internal Corp(CorpOptions options, string corpId, World world, TokenBook tokens, CallbackPost callbacks, TimeProvider time)
    {
        _tokens = tokens;
        _time = time;
        _settings = options.Settings;
        Id = corpId;
        Name = options.Name;
        World = world;
        Callbacks = new CallbackChannel(corpId, world, callbacks, time);
        Contacts = new ContactSync(this, Secrets.Derived($"{corpId} contacts", 43), options.ContactSyncIp);
        App = AddApp(options.AgentId, options.AppRange, options.AppIsNew);
        if (options.TrustedIps is { } trusted)
            App.TrustIps(trusted);
    }

    /// <summary>The corpid: <c>ww</c> and 16 digits.</summary>
    public string Id { get; }

    public string Name { get; }

    public World World { get; }

    /// <summary>How the contact-sync event server is told what happens here.</summary>
    public CallbackChannel Callbacks { get; }

    public ContactSync Contacts { get; }

    /// <summary>The first self-built application.</summary>
    public App App { get; }

    public IReadOnlyList<App> Apps => _apps;

    public IEnumerable<Credential> Credentials => [Contacts, .. _apps];

    public CorpSettings Settings
    {
        get => _settings;
        set => _settings = value;
    }

    internal DateTimeOffset Now => _time.GetUtcNow();

    internal ListIdPages ListIdPages { get; } = new();

    /// <param name="isNew">Created after 2022-06-20.</param>
    public App AddApp(long agentId, VisibleRange range, bool isNew = true)
    {
        var hidden = isNew ? PersonalFields.All : PersonalFields.None;
        var app = new App(this, agentId, Secrets.Derived($"{Id} app {agentId}", 43), range, hidden);
        lock (_gate)
            _apps = [.. _apps, app];
        return app;
    }

    /// <summary>Enters the contact-sync event server after checking its URL, as WeCom's console does.</summary>
    /// <exception cref="WorldRuleException">40057: the URL did not pass the check.</exception>
    public Task SetCallbackAsync(CallbackTarget target, CancellationToken ct) => SetCallbackAsync(target, verify: true, ct);

    /// <inheritdoc cref="CallbackChannel.SetTargetAsync"/>
    public Task SetCallbackAsync(CallbackTarget? target, bool verify, CancellationToken ct) => Callbacks.SetTargetAsync(target, verify, ct);

    /// <summary>WeCom ends tokens early now and then.</summary>
    /// <param name="of">Null: of every credential.</param>
    /// <param name="code">What calls with them are answered: 40014 or 42001.</param>
    public void KillTokens(Credential? of = null, int code = 40014) =>
        _tokens.Kill(credential => credential.Corp == this && (of is null || of == credential), code);
}
