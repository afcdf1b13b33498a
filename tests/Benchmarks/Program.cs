using WeComSync.Benchmarks.Directory;
using WeComSync.Benchmarks.Round;

return args switch
{
    ["directory", .. var directory] => await DirectoryCommand.RunAsync(directory),
    ["round", .. var round] => await RoundCommand.RunAsync(round),
    [FloorProgram.Name] => await MeasuredProgram.RunAsync(FloorProgram.RunAsync),
    [RowByRowProgram.Name] => await MeasuredProgram.RunAsync(RowByRowProgram.RunAsync),
    _ => DirectoryCommand.Usage(),
};
