using System.CommandLine;

namespace WeComSync.Worker.Commands;

/// <summary>The command line of the worker. Each command is made beside its own code.</summary>
internal static class WorkerCommands
{
    public static RootCommand Root()
    {
        var root = new RootCommand("WeComSync: mirrors WeCom directories and customers into PostgreSQL.");
        root.Subcommands.Add(MigrateCommand.Create());
        return root;
    }
}
