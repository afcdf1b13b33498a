using System.CommandLine;
using System.Globalization;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Commands.Secrets;

/// <summary><c>secrets rotate</c>: protects every stored secret with a new key and the present certificate.</summary>
internal static class SecretsRotateCommand
{
    private const string Help = """
        Protect every stored secret with a new key, and all keys with the present certificate.

        For a new certificate: give every host the new file as Secrets__CertificatePath and the old one as Secrets__FormerCertificatePath, restart
        them, run this once, then take the old one away. The hosts may work meanwhile. What was interrupted goes on when it is run again.
        """;

    public static Command Create()
    {
        var command = new Command("rotate", Help) { CommandOutput.JsonOption() };
        command.SetAction((parse, ct) => WorkerHost.RunAsync(
            builder => builder.Services.AddSingleton<SecretRotation>(),
            async (services, stop) =>
            {
                var report = await services.GetRequiredService<SecretRotation>().RunAsync(Tell, stop);
                CommandOutput.Write(parse, report, console =>
                {
                    var table = ResultTable.Create(console, "COLUMN", "PROTECTED ANEW", "DO NOT OPEN", "WRITTEN MEANWHILE");
                    foreach (var column in report.Columns)
                    {
                        table.Add(column.Column, Number(column.Rotated), Number(column.Unreadable), Number(column.Left));
                    }

                    console.Write(table);
                });
                return Conclude(report);
            },
            ct));
        return command;
    }

    private static int Conclude(RotationReport report)
    {
        if (report.Others.Count > 0)
        {
            throw new CommandFailedException(
                $"There are protected values where this release looks for none: {string.Join(", ", report.Others)}. They were left as they are and still open; "
                + "nothing is lost. Report it: this column was forgotten.");
        }

        var (unreadable, left) = (report.Columns.Sum(column => column.Unreadable), report.Columns.Sum(column => column.Left));
        if (unreadable > 0)
        {
            Console.Error.WriteLine(
                $"{unreadable} values do not open with any key of this host and were left as they are: they were lost before. Enter them again.");
        }

        if (left > 0)
        {
            Console.Error.WriteLine(
                $"{left} values were written by running hosts with an older key meanwhile. They open as before; run the command again to protect them anew.");
        }

        Console.Error.WriteLine(
            $"Done{(report.Resumed ? ", with the key of a run that had been interrupted" : "")}. All keys are wrapped by the present certificate: Secrets__FormerCertificatePath is needed no more.");
        return unreadable + left > 0 ? ExitCodes.Partial : ExitCodes.Done;
    }

    private static void Tell(SecretColumn column, long done) => Console.Error.WriteLine($"{column}: {Number(done)}");

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
