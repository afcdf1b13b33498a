using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Limits;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Corps;

/// <summary>A company at WeCom: its world, the credentials an administrator made, and how WeCom treats it.</summary>
public sealed class Corp
{
    private readonly TokenBook _tokens;
    private readonly TimeProvider _time;
    private readonly CallbackPost _post;
    private readonly Lock _gate = new();
    private readonly CallWindow _tickets = new(TimeSpan.FromHours(1));
    private volatile App[] _apps = [];
    private volatile CorpSettings _settings;

    internal Corp(
        CorpOptions options, string corpId, World world, CustomerWorld customers, TokenBook tokens, CallbackPost post, TimeProvider time)
    {
        _tokens = tokens;
        _time = time;
        _post = post;
        _settings = options.Settings;
        Id = corpId;
        Name = options.Name;
        World = world;
        Customers = customers;
        Customers.ReaddingKeepsData = _settings.Customers.ReaddingKeepsData;
        Contacts = new ContactSync(this, Secrets.Derived($"{corpId} contacts", 43), options.ContactSyncIp);
        Callbacks = new CallbackChannel(
            corpId, post, time, (change, target, settings) => change.IsByContactSync ? [] : EventsOf.Change(change, target.Form, settings.DoublesNewPeople));
        world.Changed += Callbacks.Note;
        CustomerContact = new CustomerContact(this, Secrets.Derived($"{corpId} customers", 43)) { IsEnabled = options.Customers.HasSecret };
        CustomerCallbacks = NewChannel(CustomerContact.Name, post, _ => true);
        App = AddApp(options.AgentId, options.AppRange, options.AppIsNew);
        App.IsListed = options.Customers.AppIsListed;
        if (options.TrustedIps is { } trusted)
            App.TrustIps(trusted);
    }

    /// <summary>The corpid: <c>ww</c> and 16 digits.</summary>
    public string Id { get; }

    public string Name { get; }

    public World World { get; }

    public CustomerWorld Customers { get; }

    /// <summary>How the contact-sync event server is told what happens here.</summary>
    public CallbackChannel Callbacks { get; }

    /// <summary>The event server of 客户联系 itself, as companies of old have it. New ones are told through <see cref="App.Callbacks"/>.</summary>
    public CallbackChannel CustomerCallbacks { get; }

    public ContactSync Contacts { get; }

    /// <summary>The system application 客户联系.</summary>
    public CustomerContact CustomerContact { get; }

    /// <summary>The first self-built application.</summary>
    public App App { get; }

    public IReadOnlyList<App> Apps => _apps;

    public IEnumerable<Credential> Credentials => [Contacts, CustomerContact, .. _apps];

    internal IEnumerable<CallbackChannel> Channels => [Callbacks, CustomerCallbacks, .. _apps.Select(app => app.Callbacks)];

    public CorpSettings Settings
    {
        get => _settings;
        set
        {
            _settings = value;
            Customers.ReaddingKeepsData = value.Customers.ReaddingKeepsData;
        }
    }

    internal DateTimeOffset Now => _time.GetUtcNow();

    internal CursorPages<DirectoryRow> ListIdPages { get; } = new();

    internal CustomerPages CustomerPages { get; } = new();


    /// <param name="isNew">Created after 2022-06-20.</param>
    public App AddApp(long agentId, VisibleRange range, bool isNew = true)
    {
        var hidden = isNew ? PersonalFields.All : PersonalFields.None;
        var app = new App(this, agentId, Secrets.Derived($"{Id} app {agentId}", 43), range, hidden, _post);
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

    /// <returns>False: the company asked for too many tickets in an hour.</returns>
    internal bool CountTicket(int mostPerHour, DateTimeOffset now)
    {
        lock (_gate)
            return _tickets.TryCount(mostPerHour, now);
    }

    /// <param name="credential">Whose event server: <c>contacts</c>, <c>customers</c> or an application such as <c>app:1000002</c>.</param>
    internal CallbackChannel Channel(string credential) => Credentials.FirstOrDefault(known => known.Name == credential) switch
    {
        ContactSync _ => Callbacks,
        CustomerContact _ => CustomerCallbacks,
        App app => app.Callbacks,
        _ => throw new KeyNotFoundException($"{Id} has no event server {credential}."),
    };

    /// <summary>A channel that tells what happens to customers.</summary>
    internal CallbackChannel NewChannel(string name, CallbackPost post, Func<CustomerChange, bool> concerns)
    {
        var channel = new CallbackChannel(Id, post, _time, (change, _, _) =>
            change is CustomerChange customers && concerns(customers) ? [CustomerEventsOf.Change(customers, name)] : []);
        Customers.Changed += channel.Note;
        return channel;
    }
}
