using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace WeComSync.Browser.Tests;

/// <summary>The rules of accessibility that a machine can check.</summary>
internal static class Axe
{
    /// <summary>Every page that is opened from now on has the checker in it.</summary>
    public static Task BringAsync(IPage page) => page.AddInitScriptAsync(new BundledAxeScriptProvider().GetScript());

    /// <param name="page">What is looked at.</param>
    /// <param name="rules">None for all.</param>
    /// <returns>What is violated, where.</returns>
    public static Task<string[]> RunAsync(IPage page, params string[] rules) => page.EvaluateAsync<string[]>(
        """
        async rules => {
          const result = await axe.run(rules.length ? { runOnly: rules, resultTypes: ['violations'] } : { resultTypes: ['violations'] });
          return result.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => `${n.target} ${n.html}`).join('; ')}`);
        }
        """,
        rules);
}
