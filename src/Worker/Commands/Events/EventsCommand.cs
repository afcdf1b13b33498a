using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Commands.Events;

/// <summary><c>events</c>: the inbox of a tenant.</summary>
internal static class EventsCommand
{
    public static Command Create() => new("events", "List, show and replay the events that WeCom sent for a tenant.")
    {
        EventsListCommand.Create(),
        EventsShowCommand.Create(),
        EventsReplayCommand.Create(),
    };

    public static Argument<string> TenantArgument() => new("TENANT") { Description = "The tenant's key." };

    /// <exception cref="BadInputException">There is no such tenant.</exception>
    public static async Task<Tenant> FindTenantAsync(SyncDbContext db, string key, CancellationToken ct) =>
        await db.Tenants.AsNoTracking().SingleOrDefaultAsync(tenant => tenant.Key == key, ct)
        ?? throw new BadInputException($"There is no tenant '{key}'. 'tenants list' shows their keys.");
}
