using System.CommandLine;

namespace WeComSync.Worker.Commands.Secrets;

/// <summary><c>secrets …</c>: what protects the stored secrets.</summary>
internal static class SecretsCommand
{
    public static Command Create() => new("secrets", "What protects the stored secrets.") { SecretsRotateCommand.Create() };
}
