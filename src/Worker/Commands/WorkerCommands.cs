using System.CommandLine;
using System.CommandLine.Invocation;
using WeComSync.Worker.Commands.Doctor;
using WeComSync.Worker.Commands.Events;
using WeComSync.Worker.Commands.Secrets;
using WeComSync.Worker.Commands.Sync;
using WeComSync.Worker.Commands.Status;
using WeComSync.Worker.Commands.Tenants;

namespace WeComSync.Worker.Commands;

/// <summary>The command line of the worker. Each command is made beside its own code.</summary>
internal static class WorkerCommands
{
    /// <summary>Every command. One that becomes the default also lends its action to the root.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand("WeComSync: mirrors WeCom directories and customers into PostgreSQL.");
        var serve = ServeCommand.Create();
        root.Subcommands.Add(serve);
        root.Action = serve.Action;
        root.Subcommands.Add(MigrateCommand.Create());
        root.Subcommands.Add(SyncCommand.Create());
        root.Subcommands.Add(HeldCommand.Create());
        root.Subcommands.Add(RunsCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(StatusCommand.Create());
        root.Subcommands.Add(TenantsCommand.Create());
        root.Subcommands.Add(EventsCommand.Create());
        root.Subcommands.Add(SecretsCommand.Create());
        return root;
    }

    /// <summary>Runs one command line from parsing to exit code. Commands throw; what that means is said here.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        // '@' opens no response file: a tenant file or key may begin with it.
        var command = Root().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (command.Action is ParseErrorAction)
        {
            return Report(command, Failure.OfUsage(command));
        }

        using var signals = new StopSignals();
        try
        {
            // Null: System.CommandLine would otherwise end the process two seconds after the first signal.
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await command.InvokeAsync(invocation, signals.Token);
        }
        catch (Exception exception)
        {
            return Report(command, Failure.Of(exception, signals.Token));
        }
    }

    private static int Report(ParseResult command, Failure failure)
    {
        if (failure.Unexpected is { } unexpected)
        {
            using var log = WorkerLogging.CreateLogger();
            log.Error(unexpected, "Command failed");
        }

        foreach (var problem in failure.Problems)
        {
            Console.Error.WriteLine(PlainText.OneLine(problem));
        }

        Console.Error.WriteLine(PlainText.OneLine(failure.Message));
        if (CommandOutput.WantsJson(command))
        {
            CommandOutput.WriteJson(new { failure.ExitCode, Error = failure.Message, failure.Problems });
        }

        return failure.ExitCode;
    }
}
