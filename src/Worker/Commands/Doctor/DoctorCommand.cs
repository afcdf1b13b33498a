using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Commands.Doctor;

/// <summary><c>doctor TENANT</c> and <c>doctor --host</c>: what works, what does not, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var tenant = new Argument<string?>("TENANT") { Description = "The tenant's key.", Arity = ArgumentArity.ZeroOrOne };
        var host = new Option<bool>("--host") { Description = "Examine this host and its database instead." };
        var language = new Option<string>("--lang") { Description = "en or zh-CN.", DefaultValueFactory = _ => "en" };
        language.AcceptOnlyFromAmong("en", "zh-CN");
        var command = new Command("doctor", "Check a tenant's credentials, address, visible range and callbacks, and say what to do.")
        {
            tenant, host, language, CommandOutput.JsonOption(),
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(tenant) is null != parsed.GetValue(host))
            {
                parsed.AddError("Name a tenant, or --host, not both.");
            }
        });
        command.SetAction((parsed, ct) => WorkerHost.RunAsync(
            builder =>
            {
                builder.AddSync();
                builder.Services.AddSingleton(CallbackAddresses.Read(builder.Configuration));
                builder.Services.AddSingleton(JobOptions.Read(builder.Configuration));
                builder.Services.AddDoctor();
            },
            async (services, stop) =>
            {
                var spoken = parsed.GetValue(language) == "zh-CN" ? DoctorLanguage.Chinese : DoctorLanguage.English;
                var key = parsed.GetValue(tenant);
                var lines = key is null
                    ? services.GetRequiredService<HostDoctor>().ExamineAsync(spoken, stop)
                    : services.GetRequiredService<TenantDoctor>().ExamineAsync(await FindAsync(services, key, stop), spoken, stop);
                var report = await ShowAsync(lines, CommandOutput.WantsJson(parsed), stop);
                return Conclude(parsed, key, report);
            },
            ct,
            parsed.GetValue(host) ? DatabaseNeed.Reachable : DatabaseNeed.Migrated));
        return command;
    }

    /// <summary>Each line as soon as it is known: some take WeCom a while.</summary>
    private static async Task<List<DoctorLine>> ShowAsync(IAsyncEnumerable<DoctorLine> lines, bool json, CancellationToken ct)
    {
        var report = new List<DoctorLine>();
        var console = CommandOutput.CreateConsole(Console.Out, !Console.IsOutputRedirected);
        await foreach (var line in lines.WithCancellation(ct))
        {
            report.Add(line);
            if (!json)
            {
                console.WriteText($"{EnumText.Of(line.Verdict),-7}  {line.Check}: {line.What}");
                if (line.Step is { } step && line.Verdict != DoctorVerdict.Ok)
                {
                    console.WriteText($"         → {step}");
                }
            }
        }

        return report;
    }

    private static int Conclude(ParseResult parsed, string? tenant, List<DoctorLine> report)
    {
        var wrong = report.FindAll(line => line.Verdict == DoctorVerdict.Wrong);
        if (CommandOutput.WantsJson(parsed))
        {
            CommandOutput.WriteJson(new { Tenant = tenant, Healthy = wrong.Count == 0, Lines = report });
        }

        if (wrong.Count == 0)
        {
            return ExitCodes.Done;
        }

        // Whatever was said above, the last line says why and what to do.
        var cause = wrong.Find(line => line.Stops && line.Step is not null) ?? wrong[0];
        Console.Error.WriteLine(PlainText.OneLine($"{cause.Check}: {cause.What} {cause.Step}"));
        return wrong.Exists(line => line.Stops) ? ExitCodes.Stopped : ExitCodes.Failed;
    }

    private static async Task<long> FindAsync(IServiceProvider services, string key, CancellationToken ct)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(ct);
        var ids = await db.Tenants.Where(tenant => tenant.Key == key).Select(tenant => tenant.Id).ToListAsync(ct);
        return ids.Count == 1
            ? ids[0]
            : throw new BadInputException($"There is no tenant '{key}'. `tenants list` shows them, `tenants apply FILE` adds one.", []);
    }
}
