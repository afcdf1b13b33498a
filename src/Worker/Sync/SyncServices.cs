using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync.Directory;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync;

internal static class SyncServices
{
    /// <summary>The kinds of sync that exist.</summary>
    public static IReadOnlyList<SyncKind> Kinds { get; } = [SyncKind.Full];

    /// <summary>Registers the syncs and the WeCom client that they read from.</summary>
    public static void AddSync(this IHostApplicationBuilder builder)
    {
        builder.Services.AddWeComClient(builder.Configuration);
        builder.Services.AddSingleton<SyncRuns>();
        builder.Services.AddSingleton<DirectorySync>();
        builder.Services.AddSingleton<SyncRunner>();
    }
}
