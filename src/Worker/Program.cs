using WeComSync.Worker.Commands;

return await WorkerCommands.RunAsync(args);
