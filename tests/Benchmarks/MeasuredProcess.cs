using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace WeComSync.Benchmarks;

/// <summary>What one process took.</summary>
/// <param name="Seconds">As the process says itself: without its start.</param>
/// <param name="WholeSeconds">From its start to its end.</param>
/// <param name="CpuSeconds">Processor time of the process alone, which a busy machine does not lengthen.</param>
/// <param name="PeakMegabytes">The most memory that it held at once (VmHWM).</param>
/// <param name="Output">The JSON object that it printed.</param>
internal sealed record ProcessFigures(double Seconds, double WholeSeconds, double CpuSeconds, double PeakMegabytes, JsonElement Output);

/// <summary>Runs one of our programs to its end and watches its memory.</summary>
internal static class MeasuredProcess
{
    private static readonly string DotNet =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>The command that starts an assembly which lies beside this one.</summary>
    public static ProcessStartInfo Command(string assembly, IEnumerable<string> arguments, IEnumerable<(string Name, string? Value)> environment)
    {
        var start = new ProcessStartInfo(DotNet) { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <exception cref="InvalidOperationException">It ended with another exit code than 0.</exception>
    public static async Task<ProcessFigures> RunAsync(
        string assembly, IEnumerable<string> arguments, IEnumerable<(string Name, string? Value)> environment, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(Command(assembly, arguments, environment))!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var exit = process.WaitForExitAsync(ct);
            var peak = 0L;
            var cpu = TimeSpan.Zero;
            while (await Task.WhenAny(exit, Task.Delay(20, ct)) != exit)
            {
                peak = Math.Max(peak, PeakKilobytes(process.Id));
                cpu = process.HasExited ? cpu : process.TotalProcessorTime;
            }

            await exit;
            var whole = Stopwatch.GetElapsedTime(started);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{assembly} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}");
            }

            using var json = JsonDocument.Parse(await output);
            return new ProcessFigures(
                json.RootElement.GetProperty("seconds").GetDouble(), whole.TotalSeconds, cpu.TotalSeconds, peak / 1024.0, json.RootElement.Clone());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <returns>0 once the process has gone.</returns>
    private static long PeakKilobytes(int process)
    {
        const string field = "VmHWM:";
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[field.Length..^3].Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
