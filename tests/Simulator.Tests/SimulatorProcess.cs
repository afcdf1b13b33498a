using System.Diagnostics;

namespace WeComSync.Simulator.Tests;

/// <summary>The simulator as a process of its own.</summary>
internal static class SimulatorProcess
{
    public static Process Start(params string[] args) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "WeComSync.Simulator.dll"), .. args])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
