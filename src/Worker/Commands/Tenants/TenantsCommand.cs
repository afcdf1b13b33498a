using System.CommandLine;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary><c>tenants</c>: the tenants and their settings.</summary>
internal static class TenantsCommand
{
    public static Command Create() => new("tenants", "Create, update, list and resume tenants.")
    {
        TenantsApplyCommand.Create(),
        TenantsListCommand.Create(),
        TenantsResumeCommand.Create(),
    };
}
