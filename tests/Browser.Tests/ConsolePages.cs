using System.Collections.Immutable;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using WeComSync.Worker.Commands;

namespace WeComSync.Browser.Tests;

/// <summary>Every page of the console, from the worker's own endpoint table: a new page is looked at without being named here.</summary>
internal static class ConsolePages
{
    /// <summary>Pages that show nothing: they take a form and lead elsewhere, or need a password that was given a moment ago.</summary>
    public static readonly ImmutableArray<string> Blind = ["/language", "/login/code", "/logout"];

    /// <summary>Addresses with the enterprise and the ids of <paramref name="sample"/> filled in.</summary>
    /// <param name="stage">Whose settings a worker is put together with; it is not started.</param>
    /// <param name="sample">By the parameter's route, for example <c>departments/{id:long}</c>; and <c>enterprise</c>.</param>
    public static IReadOnlyList<ConsolePage> All(Stage stage, IReadOnlyDictionary<string, string> sample)
    {
        using var app = ServeHost.Build(
        [
            "--environment=Development", $"--ConnectionStrings:WeComSync={stage.Database.ConnectionString}",
            $"--Console:Operator:Email={Stage.Operator}", $"--Console:Operator:Password={Stage.Password}",
        ]);
        // Pages are put into the table when somebody asks for it.
        return
        [
            .. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
                .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
                .Select(endpoint => (Pattern: "/" + endpoint.RoutePattern.RawText!.TrimStart('/'), Open: endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null))
                .Distinct().Where(page => !Blind.Contains(page.Pattern)).OrderBy(page => page.Pattern, StringComparer.Ordinal)
                .Select(page => new ConsolePage(page.Pattern, Fill(page.Pattern, sample), page.Open)),
        ];
    }

    private static string Fill(string pattern, IReadOnlyDictionary<string, string> sample)
    {
        var parts = pattern.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] == "{enterprise}")
            {
                parts[i] = sample["enterprise"];
            }
            else if (parts[i].StartsWith('{'))
            {
                parts[i] = sample.TryGetValue($"{parts[i - 1]}/{parts[i]}", out var value)
                    ? value
                    : throw new InvalidOperationException($"The page {pattern} needs a sample for {parts[i - 1]}/{parts[i]}.");
            }
        }

        return string.Join('/', parts);
    }
}

/// <summary>One page.</summary>
/// <param name="Pattern">Its route.</param>
/// <param name="Address">Where to open it.</param>
/// <param name="Open">Strangers see it.</param>
internal sealed record ConsolePage(string Pattern, string Address, bool Open)
{
    /// <summary>For a file.</summary>
    public string Name
    {
        get
        {
            var words = Pattern.Split('/').Where(part => part.Length > 0 && part[0] != '{').Select(part => part == "e" ? "enterprise" : part);
            return string.Join('-', words.DefaultIfEmpty("home")) + (Pattern.EndsWith('}') && !Pattern.EndsWith("{enterprise}", StringComparison.Ordinal) ? "-one" : "");
        }
    }
}
