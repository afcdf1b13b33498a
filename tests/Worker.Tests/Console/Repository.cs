namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>The repository that these tests were built from, for those that read sources.</summary>
internal static class Repository
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("WECOMSYNC_ROOT") ?? Find();

    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "WeComSync.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException("Set WECOMSYNC_ROOT.");
    }
}
