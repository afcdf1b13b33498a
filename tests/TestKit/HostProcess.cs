using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>A built host that runs as a process of its own; disposing kills it.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Where the test run is hosted: the same installation runs the host.</summary>
    private static readonly string DotNet =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly Lock gate = new();
    private TaskCompletionSource wrote = NewSignal();

    private HostProcess(ProcessStartInfo start)
    {
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(error, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What was written to stdout so far.</summary>
    public string Output => Read(output);

    /// <summary>What was written to stderr so far.</summary>
    public string Error => Read(error);

    public bool HasExited => process.HasExited;

    public int Id => process.Id;

    public int Threads => Status("Threads");

    /// <summary>Resident memory in MiB.</summary>
    public double Memory => Status("VmRSS") / 1024d;

    /// <summary>Open files and sockets.</summary>
    public int Handles => System.IO.Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length;

    /// <summary>Starts a host whose assembly lies beside the tests.</summary>
    /// <param name="assembly">For example <c>WeComSync.Worker.dll</c>.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Is added to this process's environment without any WeComSync setting; null removes a variable.</param>
    /// <param name="under">A program, with its arguments, that runs the host and watches it.</param>
    public static HostProcess Start(
        string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, params IReadOnlyList<string> under)
    {
        IReadOnlyList<string> command = [.. under, DotNet, Path.Combine(AppContext.BaseDirectory, assembly)];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            StandardErrorEncoding = Encoding.UTF8,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var argument in command.Skip(1).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => (string)entry.Key).Where(IsSetting))
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new HostProcess(start);
    }

    /// <summary>How many connections it has to a port of this machine.</summary>
    public int ConnectionsTo(int port)
    {
        var own = System.IO.Directory.GetFileSystemEntries($"/proc/{Id}/fd").Select(fd => new FileInfo(fd).LinkTarget).ToHashSet();
        // "sl local remote state tx:rx tr:when retransmits uid timeout inode …"; addresses and state are hexadecimal.
        return File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6")).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(f => f[3] == "01" && f[2].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal)
                && own.Contains($"socket:[{f[9]}]"));
    }

    /// <summary>Waits until stderr holds <paramref name="text"/>.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or the deadline passed, before that.</exception>
    public async Task WaitForErrorAsync(string text)
    {
        var deadline = Task.Delay(Deadline, TestContext.Current.CancellationToken);
        var exit = process.WaitForExitAsync(CancellationToken.None);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (error.ToString().Contains(text, StringComparison.Ordinal))
                {
                    return;
                }

                next = wrote.Task;
            }

            var first = await Task.WhenAny(next, deadline, exit);
            if (first != next && !Error.Contains(text, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"stderr never said '{text}'.{Environment.NewLine}{Describe()}");
            }
        }
    }

    /// <summary>Asks again and again until <paramref name="condition"/> holds.</summary>
    /// <param name="what">Names the condition when it never holds.</param>
    /// <param name="condition">Looks at whatever the process changes: the database, its HTTP answers.</param>
    /// <exception cref="InvalidOperationException">The process ended, or the deadline passed, before that.</exception>
    public async Task WaitUntilAsync(string what, Func<CancellationToken, Task<bool>> condition)
    {
        var ct = TestContext.Current.CancellationToken;
        var started = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition(ct))
        {
            if (process.HasExited || started.Elapsed > Deadline)
            {
                throw new InvalidOperationException($"It never came to pass that {what}.{Environment.NewLine}{Describe()}");
            }

            await timer.WaitForNextTickAsync(ct);
        }
    }

    /// <exception cref="InvalidOperationException">The process did not end within the deadline.</exception>
    public async Task<ProcessResult> WaitForExitAsync()
    {
        try
        {
            // This waits for the end of both streams too.
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"The process did not end.{Environment.NewLine}{Describe()}");
        }

        return new ProcessResult(process.ExitCode, Output, Error);
    }

    /// <summary>Ctrl-C.</summary>
    public void SendInterrupt() => Signal(Interrupt);

    /// <summary>SIGTERM, as a service manager sends it.</summary>
    public void SendTerminate() => Signal(Terminate);

    /// <summary>Freezes the process, as a host that is suspended does.</summary>
    public void Pause() => Signal(Stop);

    /// <summary>Lets it go on.</summary>
    public void Resume() => Signal(Continue);

    /// <summary>Ends the process as a crash would.</summary>
    public void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
    }

    private static bool IsSetting(string name) =>
        name.Contains("__", StringComparison.Ordinal)
        || name is "URLS" or "ASPNETCORE_URLS" or "ASPNETCORE_ENVIRONMENT" or "DOTNET_ENVIRONMENT"
        || name.StartsWith("WECOMSYNC_", StringComparison.Ordinal);

    private int Status(string field)
    {
        var line = File.ReadLines($"/proc/{Id}/status").Single(l => l.StartsWith($"{field}:", StringComparison.Ordinal));
        return int.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);

    private void Signal(int signal)
    {
        if (SendSignal(process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} could not be sent: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    private void Keep(StringBuilder stream, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (gate)
        {
            stream.Append(line).Append('\n');
            wrote.SetResult();
            wrote = NewSignal();
        }
    }

    private string Read(StringBuilder stream)
    {
        lock (gate)
        {
            return stream.ToString();
        }
    }

    private string Describe() =>
        $"{(process.HasExited ? $"It ended with {process.ExitCode}." : "It is still running.")}\nstdout:\n{Output}\nstderr:\n{Error}";
}
