using WeComSync.Worker.Commands;

return await WorkerCommands.Root().Parse(args).InvokeAsync();
