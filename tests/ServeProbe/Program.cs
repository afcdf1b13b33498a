using WeComSync.ServeProbe;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

// The worker's `serve` as it is, but for a sync that writes down that it ran: what two workers do with one database can be counted.
using var signals = new StopSignals();
await using var app = ServeHost.Build(args, builder => builder.Services.AddSingleton<ISyncRunner, CountingSync>());
await app.Services.GetRequiredService<StartChecks>().RunAsync(DatabaseNeed.Migrated, signals.Token);
await app.RunAsync(signals.Token);
