using WeComSync.Benchmarks.Directory;

return args switch
{
    ["directory", .. var options] => await DirectoryCommand.RunAsync(options),
    [FloorProgram.Name] => await MeasuredProgram.RunAsync(FloorProgram.RunAsync),
    [RowByRowProgram.Name] => await MeasuredProgram.RunAsync(RowByRowProgram.RunAsync),
    _ => DirectoryCommand.Usage(),
};
