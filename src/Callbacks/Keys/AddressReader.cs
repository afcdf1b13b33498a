using Npgsql;
using WeComSync.Callbacks.Inbox;
using WeComSync.Domain.Storage;

namespace WeComSync.Callbacks.Keys;

/// <summary>
/// Keeps the address book up to date. One loop does all reading, so however many requests are refused, the database is asked at most
/// twenty times a second, and once for all who wait.
/// </summary>
internal sealed partial class AddressReader(
    AddressBook book,
    AddressQuery query,
    SecretKeys secrets,
    IHostApplicationLifetime lifetime,
    ILogger<AddressReader> logger) : BackgroundService
{
    /// <summary>The longest that a look may hold a request; WeCom gives an echo one second.</summary>
    public static readonly TimeSpan LookDeadline = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private const int MostKeysAtOnce = 500;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim wake = new(0);
    private Wish wish = new() { All = true };
    private volatile bool away;

    /// <summary>Reads one callback key's tenant again.</summary>
    /// <returns>
    /// Completes when a read that began after this call has ended, so settings saved before the request are in the book; or at once,
    /// when the database does not answer anyway or very many keys are asked for.
    /// </returns>
    public async Task LookAsync(string callbackKey, CancellationToken ct)
    {
        Task look;
        lock (gate)
        {
            if (away || wish.Keys.Count >= MostKeysAtOnce)
            {
                return;
            }

            wish.Keys.Add(callbackKey);
            look = wish.Done.Task;
            wake.Release();
        }

        try
        {
            await look.WaitAsync(LookDeadline, ct);
        }
        catch (TimeoutException)
        {
            // Decided by what is known.
        }
    }

    /// <summary>Asks for everything: after a time in which announcements may have been missed.</summary>
    public void ReadAll()
    {
        lock (gate)
        {
            wish.All = true;
            wake.Release();
        }
    }

    /// <summary>Asks for a tenant whose settings were announced as changed.</summary>
    public void Read(long tenantId)
    {
        lock (gate)
        {
            wish.Ids.Add(tenantId);
            wake.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            Wish taken;
            lock (gate)
            {
                taken = wish;
                wish = new Wish();
            }

            var reading = ReadAsync(taken, stoppingToken);
            try
            {
                await reading.WaitAsync(taken.All ? Deadline : LookDeadline, stoppingToken);
                if (away)
                {
                    away = false;
                    LogBack();
                }
            }
            catch (Exception failed) when (failed is NpgsqlException or TimeoutException or IOException or NotMigratedException)
            {
                if (!away)
                {
                    LogAway(DatabaseErrors.ReasonOf(failed), book.IsLoaded);
                }

                away = true;
                taken.Done.TrySetResult();
                // A frozen server answers when it thaws: asking it again meanwhile would only use up connections.
                await Quietly(reading);
                ReadAll();
                await Task.Delay(Pause, stoppingToken);
                continue;
            }
            catch (ConfigurationException wrong)
            {
                LogWrong(wrong.Message);
                Environment.ExitCode = 1;
                lifetime.StopApplication();
                return;
            }

            taken.Done.TrySetResult();
            await Task.Delay(Spacing, stoppingToken);
            if (!await wake.WaitAsync(Interval, stoppingToken))
            {
                ReadAll();
            }

            while (wake.CurrentCount > 0 && await wake.WaitAsync(0, stoppingToken))
            {
                // All that was asked for so far is in one wish.
            }
        }
    }

    private static async Task Quietly(Task task) =>
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);

    private async Task ReadAsync(Wish wanted, CancellationToken ct)
    {
        // Settings saved a moment ago may be protected by a key made a moment ago.
        await secrets.RefreshAsync(ct);
        if (wanted.All)
        {
            book.ReplaceAll(await query.AllAsync(ct));
        }
        else
        {
            book.Replace(await query.SomeAsync([.. wanted.Keys], [.. wanted.Ids], ct), wanted.Keys, wanted.Ids);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Tenant settings cannot be read ({Reason}); those read before go on to work: {Known}. Trying again each second")]
    private partial void LogAway(string reason, bool known);

    [LoggerMessage(LogLevel.Information, "Tenant settings can be read again")]
    private partial void LogBack();

    [LoggerMessage(LogLevel.Critical, "This host cannot work: {Reason}")]
    private partial void LogWrong(string reason);

    /// <summary>What was asked for since the last read began.</summary>
    private sealed class Wish
    {
        public bool All { get; set; }

        public HashSet<string> Keys { get; } = [];

        public HashSet<long> Ids { get; } = [];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
