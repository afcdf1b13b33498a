using System.Globalization;
using System.Text.RegularExpressions;
using Serilog;
using Serilog.Formatting.Compact;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>LO 26 and 27: what a line of the log says and what cannot make one.</summary>
public sealed partial class LogLineTests
{
    /// <summary>Lines about the whole host. A new line that names neither tenant, run nor event fails until it is told apart here.</summary>
    private static readonly string[] OfTheHost =
    [
        "A batch whose time was over ended after all; stored: {Stored}. Its events are in the spool too",
        "Changes of the month {Month} are older than Retention:Changes and were dropped",
        "Corp {CorpId}: {Endpoint} was called as often as our own limit allows; waiting {Wait}",
        "Full inboxes could not be looked for: {Reason}",
        "Held removals could not be looked for: {Reason}",
        "Incidents could not be looked for; trying again in {Seconds} s",
        "Late events could not be looked for; trying again in {Seconds} s",
        "Logged in from {Address}",
        "Login from {Address} refused, {Count} in a row",
        "Not everything stopped in time",
        "Not listening for changed tenants: {Reason}",
        "Not ready",
        "Old rows could not be cleared; trying again in {Seconds} s",
        "Overdue runs could not be looked for; trying again in {Seconds} s",
        "PostgreSQL at {Server} does not answer ({Reason}); trying again for up to {Seconds} s",
        "PostgreSQL does not take events ({Reason}); they go to the spool until it does",
        "PostgreSQL refused a batch ({Reason}); its {Count} events go to the spool and are tried one by one",
        "PostgreSQL takes events again",
        "Schedules could not be compared with the tenants; trying again in {Seconds} s",
        "Schedules: {Set} set, {Removed} removed, {Repaired} repaired; {Count} in all",
        "Spool file {Name} cannot be moved or deleted: {Reason}. It is passed over until this process restarts",
        "Spool file {Name} was moved to {Folder}: {Reason}. If it was an event, only the next sync finds its change",
        "Spool file {Name} was taken away by somebody else. Only the next sync finds the change that it told",
        "Spool {Path} holds {Count} events of an earlier process, and {Aside} files set aside",
        "Spool {Path} is not ours yet ({Reason}). If another process uses it, give each its own Callbacks:SpoolPath",
        "Spooled events wait on: {Reason}",
        "Stopped",
        "Stopping: nothing new is started, and running syncs stop at their next safe point",
        "Tenant settings can be read again",
        "Tenant settings cannot be read ({Reason}); those read before go on to work: {Known}. Trying again each second",
        "The configured operator's account and password were set; sessions with a former password end",
        "The spool cannot keep events ({Reason}); those that PostgreSQL does not take either are refused with 503",
        "The spool keeps events again",
        "This host cannot work: {Reason}",
        "Verification attempts are written later: {Reason}",
        "WeCom's limits cannot be shared with other workers now ({Reason}); this one goes by its own share. Check PostgreSQL; sharing begins again by itself",
        "{Count} jobs of workers that died are queued again",
        "{Count} spool files cannot be read for now and are tried again: {Reason}",
        "{Count} spooled events moved into the inbox, {Left} left",
    ];

    [Fact]
    public void Every_line_names_its_tenant_run_or_event_unless_it_is_about_the_whole_host()
    {
        var lines = Repository.Sources("src").SelectMany(file => Line().Matches(File.ReadAllText(file)))
            .Select(match => string.Concat(Part().Matches(match.Groups[1].Value).Select(part => part.Groups[1].Value))).ToList();

        Assert.True(lines.Count > 50, $"Only {lines.Count} lines were found.");
        Assert.Equal(OfTheHost.Order(StringComparer.Ordinal), lines.Where(line => !Named().IsMatch(line)).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Text_from_outside_neither_starts_a_line_nor_moves_the_cursor_where_lines_are_JSON()
    {
        using var written = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var formatter = new CompactJsonFormatter();
        using (var logger = new LoggerConfiguration().WriteTo.Sink(new Sink(logEvent => formatter.Format(logEvent, written))).CreateLogger())
        {
            logger.Warning(new InvalidOperationException("first\n{\"@t\":\"forged\r\u001b[2J"), "Tenant {Name}", "a\r\n{\"@t\":\"forged\u001b[31m\u202E");
        }

        var line = Assert.Single(written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches("^\\{\"@t\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z\"", line);
        Assert.DoesNotContain(line, char.IsControl);
    }

    [GeneratedRegex("\\[LoggerMessage\\(((?:[^\"\\)]|\"(?:[^\"\\\\]|\\\\.)*\")*)\\)\\]")]
    private static partial Regex Line();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Part();

    [GeneratedRegex("\\{(Tenant|TenantId|Tenants|TenantKey|Run|RunId|Event|EventId|Id|Ids)\\}")]
    private static partial Regex Named();

    private sealed class Sink(Action<Serilog.Events.LogEvent> write) : Serilog.Core.ILogEventSink
    {
        public void Emit(Serilog.Events.LogEvent logEvent) => write(logEvent);
    }
}
