using System.Globalization;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Keys;

/// <summary>Hears of changed tenants on a connection of its own.</summary>
internal sealed partial class AddressListener(StorageOptions options, AddressReader reader, ILogger<AddressListener> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            ApplicationName = "wecomsync-callbacks-listen",
            Pooling = false,
            Timeout = 2,
            CommandTimeout = 2,
            // Finds out within seconds that the server is gone without a word.
            KeepAlive = 5,
        };
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(settings.ConnectionString);
                connection.Notification += (_, change) => Changed(change.Payload);
                await connection.OpenAsync(stoppingToken);
                await using (var listen = new NpgsqlCommand($"LISTEN {TenantChanges.Channel}", connection))
                {
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }

                // What changed while nobody listened.
                reader.ReadAll();
                while (true)
                {
                    await connection.WaitAsync(stoppingToken);
                }
            }
            catch (Exception lost) when (lost is NpgsqlException or TimeoutException or IOException)
            {
                LogLost(lost.Message);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    private void Changed(string payload)
    {
        if (long.TryParse(payload, NumberStyles.None, CultureInfo.InvariantCulture, out var tenantId))
        {
            reader.Read(tenantId);
        }
        else
        {
            reader.ReadAll();
        }
    }

    [LoggerMessage(LogLevel.Debug, "Not listening for changed tenants: {Reason}")]
    private partial void LogLost(string reason);
}
