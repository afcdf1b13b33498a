using System.Runtime.InteropServices;
using System.Text.Json;
using WeComSync.Simulator;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Control;

var isLoad = args is [LoadCommand.Name, ..];
if (args.Contains("--help"))
{
    Console.WriteLine(isLoad ? LoadCommand.Help : CommandLine.Help);
    return 0;
}
CommandLine line;
try
{
    if (isLoad)
    {
        await LoadCommand.RunAsync(args[1..], CancellationToken.None);
        return 0;
    }
    line = CommandLine.Parse(args);
}
catch (FormatException mistake)
{
    await Console.Error.WriteLineAsync(mistake.Message);
    return 2;
}

var stop = new TaskCompletionSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
SimulatorHost host;
try
{
    host = await SimulatorHost.StartAsync(line.Host, CancellationToken.None);
}
catch (IOException taken)
{
    await Console.Error.WriteLineAsync($"{taken.Message} Choose another --urls.");
    return 1;
}
await using var running = host;
foreach (var corp in line.Corps)
{
    var added = host.AddCorp(corp);
    if (line.Callbacks is { } callbacks)
        await added.SetCallbackAsync(callbacks, verify: false, CancellationToken.None);
}
// One line, which a script reads to make a tenant file of it.
Console.WriteLine(JsonSerializer.Serialize(
    new { host.BaseUrl, Corps = host.Corps.Select(CorpView.Of) }, ControlJson.Options));
await stop.Task;
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}
