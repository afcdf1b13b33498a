using System.Globalization;

namespace WeComSync.Benchmarks.Directory;

/// <summary>The command line of <c>directory</c>.</summary>
internal sealed record DirectoryOptions
{
    public const string Help = """
        directory    measures the full directory sync against a floor program. Needs WECOMSYNC_TEST_POSTGRES.

          --people N         100000
          --departments N    3 in a hundred people, at least 10
          --memberships N    1.5 for each person
          --tags N           50
          --rounds N         each with a fresh database: first run, unchanged run, one person in a hundred changed (3)
          --memory N         also the worker's peak memory with a company of N people (0: not)
          --no-rows          without the row-by-row program
          --check            exit code 1 when a goal of time or memory is missed
          --counts           exit code 1 when a goal of counts is missed: rows written, calls, statements
          --json FILE        also write every figure
        """;

    public int People { get; init; } = 100_000;

    public int Departments { get; init; }

    public int Memberships { get; init; }

    public int Tags { get; init; } = 50;

    public int Rounds { get; init; } = 3;

    public int MemoryPeople { get; init; }

    public bool WithRows { get; init; } = true;

    public bool CheckSpeed { get; init; }

    public bool CheckCounts { get; init; }

    public string? JsonFile { get; init; }

    /// <exception cref="FormatException">Says which argument is wrong.</exception>
    public static DirectoryOptions Parse(IReadOnlyList<string> args)
    {
        var options = new DirectoryOptions();
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            string Value() => ++i < args.Count ? args[i] : throw new FormatException($"{name} needs a value.");
            int Number() => int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : throw new FormatException($"{name} must be a number.");
            options = name switch
            {
                "--people" => options with { People = Number() },
                "--departments" => options with { Departments = Number() },
                "--memberships" => options with { Memberships = Number() },
                "--tags" => options with { Tags = Number() },
                "--rounds" => options with { Rounds = Number() },
                "--memory" => options with { MemoryPeople = Number() },
                "--no-rows" => options with { WithRows = false },
                "--check" => options with { CheckSpeed = true },
                "--counts" => options with { CheckCounts = true },
                "--json" => options with { JsonFile = Value() },
                _ => throw new FormatException($"{name} is not known.{Environment.NewLine}{Help}"),
            };
        }

        return options with
        {
            Departments = options.Departments > 0 ? options.Departments : Math.Max(10, options.People * 3 / 100),
            Memberships = options.Memberships > 0 ? options.Memberships : options.People * 3 / 2,
        };
    }
}
