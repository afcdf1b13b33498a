using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Commands.Status;

/// <summary><c>status</c>: what waits, what is due, what runs, what is held, and how far callbacks lag behind.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var command = new Command("status", "Show queues, schedules, running and held runs, and what becomes of callbacks.") { CommandOutput.JsonOption() };
        command.SetAction((parse, ct) => WorkerHost.RunAsync(
            builder => builder.Services.AddSingleton<StatusReader>(),
            async (services, stop) =>
            {
                var status = await services.GetRequiredService<StatusReader>().ReadAsync(stop);
                CommandOutput.Write(parse, status, console => Print(console, status));
                return ExitCodes.Done;
            },
            ct));
        return command;
    }

    internal static void Print(IAnsiConsole console, StatusReport status)
    {
        PrintJobs(console, status.Jobs);
        PrintSchedules(console, status.Schedules);
        PrintRunning(console, status.Running);
        PrintHeld(console, status.Held);
        PrintCallbacks(console, status.Callbacks);
        PrintRests(console, status.CustomersResting);
    }

    private static void PrintJobs(IAnsiConsole console, JobsStatus? jobs)
    {
        if (jobs is null)
        {
            console.WriteText("Queues: the job tables do not exist yet.");
            return;
        }

        var summary = $"{jobs.Scheduled} jobs wait for their time, {jobs.Failed} failed";
        if (jobs.Queues.Count == 0)
        {
            console.WriteText($"Queues: empty; {summary}.");
            return;
        }

        console.WriteText($"Queues; {summary}:");
        var table = ResultTable.Create(console, "QUEUE", "WAITING", "TAKEN");
        foreach (var queue in jobs.Queues)
        {
            table.Add(queue.Queue, Number(queue.Waiting), Number(queue.Taken));
        }

        console.Write(table);
    }

    private static void PrintSchedules(IAnsiConsole console, IReadOnlyList<ScheduleStatus> schedules)
    {
        if (schedules.Count == 0)
        {
            console.WriteText("Schedules: no tenant chose one; the defaults apply.");
            return;
        }

        console.WriteText("Schedules that tenants chose:");
        var table = ResultTable.Create(console, "TENANT", "KIND", "NEXT DUE", "CRON", "TIME ZONE");
        foreach (var schedule in schedules)
        {
            table.Add(schedule.Tenant, EnumText.Of(schedule.Kind), ResultTable.Time(schedule.NextDue), schedule.Cron, schedule.TimeZone);
        }

        console.Write(table);
    }

    private static void PrintRunning(IAnsiConsole console, IReadOnlyList<RunningStatus> running)
    {
        if (running.Count == 0)
        {
            console.WriteText("Running: nothing.");
            return;
        }

        console.WriteText("Running:");
        var table = ResultTable.Create(console, "TENANT", "RUN", "KIND", "PHASE", "READ", "EXPECTED", "CALLS", "SINCE", "LAST SIGN OF LIFE", "OWNER");
        foreach (var at in running)
        {
            table.Add(
                at.Tenant,
                Number(at.Run.Run),
                EnumText.Of(at.Run.Kind),
                at.Phase,
                Number(at.Run.Counts.Read),
                at.Expected == 0 ? "-" : Number(at.Expected),
                Number(at.Run.Counts.ApiCalls),
                ResultTable.Time(at.Run.StartedAt),
                ResultTable.Time(at.HeartbeatAt),
                at.Owner);
        }

        console.Write(table);
    }

    private static void PrintHeld(IAnsiConsole console, IReadOnlyList<HeldStatus> held)
    {
        if (held.Count == 0)
        {
            console.WriteText("Held removals: none.");
            return;
        }

        console.WriteText("Held removals, to be approved or discarded:");
        var table = ResultTable.Create(console, "TENANT", "RUN", "KIND", "SINCE", "REMOVALS", "APPROVE WITH");
        foreach (var run in held)
        {
            table.Add(
                run.Tenant,
                Number(run.Run),
                EnumText.Of(run.Kind),
                ResultTable.Time(run.StartedAt),
                string.Join(", ", run.Removals.Select(removal => $"{removal.Value} {removal.Key}")),
                $"sync {run.Tenant} {EnumText.Of(run.Kind)} --approve {run.Run}");
        }

        console.Write(table);
    }

    private static void PrintCallbacks(IAnsiConsole console, IReadOnlyList<CallbackStatus> callbacks)
    {
        if (callbacks.Count == 0)
        {
            console.WriteText("Callbacks: no event was ever received.");
            return;
        }

        console.WriteText("Callbacks; the lag is from receipt to the mirror, median of the last hundred events:");
        var table = ResultTable.Create(console, "TENANT", "LAG", "WAITING", "SINCE", "FAILED", "PARKED", "LAST RECEIVED");
        foreach (var tenant in callbacks)
        {
            table.Add(
                tenant.Tenant,
                tenant.LagSeconds is { } lag ? string.Create(CultureInfo.InvariantCulture, $"{lag:0.0} s") : "-",
                Number(tenant.Waiting),
                ResultTable.Time(tenant.WaitingSince),
                Number(tenant.Failed),
                Number(tenant.Parked),
                ResultTable.Time(tenant.LastReceivedAt));
        }

        console.Write(table);
    }

    private static void PrintRests(IAnsiConsole console, IReadOnlyList<CustomerRestStatus> resting)
    {
        if (resting.Count == 0)
        {
            return;
        }

        console.WriteText("Customers that are not pulled, because WeCom does not give them; only if they are wanted is there anything to do:");
        var table = ResultTable.Create(console, "TENANT", "SINCE", "LOOKED AT", "WHY", "TO DO");
        foreach (var rest in resting)
        {
            table.Add(
                rest.Tenant, ResultTable.Time(rest.Since), ResultTable.Time(rest.LookedAt),
                rest.Code is { } code ? $"{Number(code)}: {rest.Reason}" : rest.Reason, rest.Action);
        }

        console.Write(table);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
