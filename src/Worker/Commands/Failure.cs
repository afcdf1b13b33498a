using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Commands;

/// <summary>How a command that did not end by itself ends: exit code, reason and remedy. No secret is in any of them.</summary>
/// <param name="ExitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="Message">The last line on stderr: why, and what to do.</param>
internal sealed record Failure(int ExitCode, string Message)
{
    /// <summary>Each thing that is wrong, where there may be several.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What to log with its stack trace: nobody expected it.</summary>
    public Exception? Unexpected { get; init; }

    /// <summary>The command line was not understood.</summary>
    public static Failure OfUsage(ParseResult command)
    {
        var problems = command.Errors.Select(error => error.Message).Distinct().ToList();
        return new(ExitCodes.Usage, $"Wrong usage; nothing was changed. Try '{Path(command)} --help'.") { Problems = problems };
    }

    /// <summary>Gives every exception its exit code and its words. A new kind of exception gets its line here.</summary>
    public static Failure Of(Exception exception, CancellationToken stopped) => DatabaseCause(exception) switch
    {
        OperationCanceledException or NpgsqlException when stopped.IsCancellationRequested =>
            new(ExitCodes.Failed, "Stopped by a signal before it was done; nothing was half-applied. Run the command again."),
        BadInputException bad => new(ExitCodes.Usage, bad.Message) { Problems = bad.Problems },
        WeComException { Class: WeComErrorClass.StopTenant } => new(ExitCodes.Stopped, exception.Message),
        CommandFailedException or ConfigurationException or WeComException => new(ExitCodes.Failed, exception.Message),
        DbUpdateConcurrencyException => new(
            ExitCodes.Failed, "Somebody else changed the same rows at this moment; nothing was changed. Run the command again."),
        PostgresException refused when !IsLost(refused) =>
            new(ExitCodes.Failed, Explain(refused)) { Unexpected = Remedy(refused) is null ? exception : null },
        NpgsqlException lost => new(
            ExitCodes.Failed,
            $"The connection to PostgreSQL was lost ({lost.Message}); what was not committed is undone. Run the command again when PostgreSQL is back."),
        _ => new(
            ExitCodes.Failed,
            $"{exception.GetType().Name}: {exception.Message.Split('\n')[0].Trim()} This was not expected: the log above has the details, report them.")
        {
            Unexpected = exception,
        },
    };

    /// <summary>What PostgreSQL or its driver said, where EF wrapped it; otherwise the exception itself.</summary>
    private static Exception DatabaseCause(Exception exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
        {
            if (at is NpgsqlException)
            {
                return at;
            }
        }

        return exception;
    }

    /// <summary>The server ended the session: it stops, or an administrator said so.</summary>
    private static bool IsLost(PostgresException refused) =>
        refused.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;

    private static string Explain(PostgresException refused) =>
        $"PostgreSQL refused: {refused.MessageText} ({refused.SqlState}). {Remedy(refused) ?? "This was not expected: the log above has the details, report them."}";

    private static string? Remedy(PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "Correct the user name and password in ConnectionStrings:WeComSync, or the server's pg_hba.conf.",
        PostgresErrorCodes.InvalidCatalogName => "Create the database, or correct its name in ConnectionStrings:WeComSync.",
        PostgresErrorCodes.InsufficientPrivilege =>
            "Give the user in ConnectionStrings:WeComSync the missing right; 'migrate' needs to own the database or to create schemas in it.",
        PostgresErrorCodes.DiskFull => "Make room on the database server, then run the command again.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "Let ConnectionStrings:WeComSync name the primary server: this one is a standby.",
        _ => null,
    };

    private static string Path(ParseResult command)
    {
        var names = new List<string>();
        for (SymbolResult? at = command.CommandResult; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: var named })
            {
                names.Insert(0, named.Name);
            }
        }

        return string.Join(' ', names);
    }
}
