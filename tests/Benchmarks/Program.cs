using WeComSync.Benchmarks.Callbacks;
using WeComSync.Benchmarks.Customers;
using WeComSync.Benchmarks.Directory;
using WeComSync.Benchmarks.Pages;
using WeComSync.Benchmarks.Round;

return args switch
{
    ["directory", .. var options] => await DirectoryCommand.RunAsync(options),
    ["customers", .. var options] => await CustomerBenchmark.RunAsync(options),
    ["resume", .. var options] => await ResumeBenchmark.RunAsync(options),
    [CustomerFloor.Name] => await MeasuredProgram.RunAsync(CustomerFloor.RunAsync),
    ["callbacks", .. var options] => await CallbackCommand.RunAsync(options),
    [FloorHost.Empty or FloorHost.Enqueue] => await FloorHost.RunAsync(args[0]),
    ["incremental", .. var options] => await IncrementalCommand.RunAsync(options),
    ["pages", .. var options] => await PagesBenchmark.RunAsync(options),
    ["round", .. var options] => await RoundCommand.RunAsync(options),
    [FloorProgram.Name] => await MeasuredProgram.RunAsync(FloorProgram.RunAsync),
    [RowByRowProgram.Name] => await MeasuredProgram.RunAsync(RowByRowProgram.RunAsync),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(DirectoryOptions.Help);
    Console.Error.WriteLine();
    Console.Error.WriteLine(IncrementalCommand.Help);
    Console.Error.WriteLine();
    Console.Error.WriteLine(CallbackBenchmarkOptions.Help);
    Console.Error.WriteLine();
    Console.Error.WriteLine(RoundCommand.Help);
    Console.Error.WriteLine();
    Console.Error.WriteLine(CustomerBenchmark.Help);
    Console.Error.WriteLine();
    Console.Error.WriteLine(ResumeBenchmark.Help);
    Console.Error.WriteLine();
    Console.Error.WriteLine(PagesBenchmark.Help);
    return 2;
}
