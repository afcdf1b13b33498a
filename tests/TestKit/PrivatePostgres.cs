using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace WeComSync.TestKit;

/// <summary>A PostgreSQL server of one test's own, to be killed, frozen or filled. Disposing removes it.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const int Kill = 9;
    private const int Continue = 18;
    private const int Stop = 19;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string folder;
    private readonly bool ownsFolder;
    private readonly string[] options;

    private PrivatePostgres(string folder, bool ownsFolder, string[] options)
    {
        this.folder = folder;
        this.ownsFolder = ownsFolder;
        this.options = options;
        Port = TcpForwarder.FreePort();
    }

    public int Port { get; }

    /// <summary>Connection string of the maintenance database; short time-outs, no pool.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = "postgres",
        Database = "postgres",
        Pooling = false,
        SslMode = SslMode.Disable,
        Timeout = 10,
    }.ConnectionString;

    /// <summary>Where the programs of PostgreSQL lie.</summary>
    public static string Binaries { get; } = Environment.GetEnvironmentVariable("WECOMSYNC_POSTGRES_BIN")
        ?? System.IO.Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(Path.Exists).Order().LastOrDefault()
        ?? throw new InvalidOperationException("No PostgreSQL binaries under /usr/lib/postgresql; install Debian's package or set WECOMSYNC_POSTGRES_BIN.");

    private string Data => Path.Combine(folder, "data");

    /// <param name="ct">Stops the test.</param>
    /// <param name="folder">An existing empty folder, for example a small file system; a temporary one unless given.</param>
    /// <param name="options">Server settings such as <c>max_wal_size=32MB</c>.</param>
    public static async Task<PrivatePostgres> StartAsync(CancellationToken ct, string? folder = null, params string[] options)
    {
        var server = new PrivatePostgres(
            folder ?? System.IO.Directory.CreateTempSubdirectory("wecomsync-postgres-").FullName, folder is null, options);
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root.
            await RunAsync("chown", [UnprivilegedUser(), server.folder], ct);
        }

        await RunAsUserAsync(
            Path.Combine(Binaries, "initdb"), ["-D", server.Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], ct);
        await server.StartAsync(ct);
        return server;
    }

    /// <summary>Starts it, again.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        string[] settings =
        [
            $"port={Port.ToString(CultureInfo.InvariantCulture)}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off", // the machine survives these tests, only processes die
            .. options,
        ];
        string[] start =
            ["-D", Data, "-w", "-t", "60", "-l", Path.Combine(folder, "log"), "-o", string.Join(' ', settings.Select(setting => $"-c {setting}")), "start"];
        // A child of a killed server may hold its shared memory for a moment.
        await Eventually.TrueAsync($"PostgreSQL in {folder} starts", async () => await TryRunAsUserAsync(Path.Combine(Binaries, "pg_ctl"), start, ct));
    }

    /// <summary>The server and its children stop in the middle of what they do, as with a power cut; <see cref="StartAsync(CancellationToken)"/> starts it again.</summary>
    public async Task KillAsync(CancellationToken ct)
    {
        var processes = Processes();
        processes.ForEach(process => Signal(process, Kill));
        while (processes.Exists(IsAlive))
        {
            await Task.Delay(20, ct);
        }
    }

    /// <summary><c>pg_ctl stop -m immediate</c>: every connection is cut, nothing is written any more.</summary>
    public Task StopImmediatelyAsync(CancellationToken ct) =>
        RunAsUserAsync(Path.Combine(Binaries, "pg_ctl"), ["-D", Data, "-w", "-t", "60", "-m", "immediate", "stop"], ct);

    /// <summary>Nothing answers any more, yet nothing is closed: a hung disk, a paused machine.</summary>
    public void Freeze() => Processes().ForEach(process => Signal(process, Stop));

    public void Thaw() => Processes().ForEach(process => Signal(process, Continue));

    public async ValueTask DisposeAsync()
    {
        await KillAsync(CancellationToken.None);
        if (ownsFolder)
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    private static string UnprivilegedUser() =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    private static async Task RunAsUserAsync(string program, IEnumerable<string> arguments, CancellationToken ct) =>
        Check(program, await TryRunAsUserAsync(program, arguments, ct));

    private static async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct) =>
        Check(program, await TryRunAsync(program, arguments, ct));

    private static void Check(string program, bool succeeded)
    {
        if (!succeeded)
        {
            throw new InvalidOperationException($"{program} failed.");
        }
    }

    private static Task<bool> TryRunAsUserAsync(string program, IEnumerable<string> arguments, CancellationToken ct) =>
        Environment.IsPrivilegedProcess
            ? TryRunAsync("setpriv", ["--reuid", UnprivilegedUser(), "--regid", "nogroup", "--clear-groups", program, .. arguments], ct)
            : TryRunAsync(program, arguments, ct);

    private static async Task<bool> TryRunAsync(string program, IEnumerable<string> arguments, CancellationToken ct)
    {
        // The output goes to a file: a server that pg_ctl starts inherits it, and a pipe would never end.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/", ArgumentList = { "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program } };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(ct).WaitAsync(Deadline, ct);
        return process.ExitCode == 0;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);

    private static void Signal(int process, int signal) => _ = SendSignal(process, signal);

    private static bool IsAlive(int process)
    {
        var parent = ReadStat(process);
        return parent is { State: not 'Z' };
    }

    /// <summary>The server first, so that it starts no new child while the others are signalled.</summary>
    private List<int> Processes()
    {
        var pidFile = Path.Combine(Data, "postmaster.pid");
        if (!File.Exists(pidFile))
        {
            return [];
        }

        var server = int.Parse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture);
        var children = System.IO.Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && ReadStat(id) is { } stat && stat.Parent == server);
        return [server, .. children];
    }

    private static (char State, int Parent)? ReadStat(int process)
    {
        try
        {
            // "pid (name) state parent …"; the name may hold anything.
            var stat = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
