using System.Text;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewEngines;
using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace WeComSync.Worker.WebConsole.Live;

/// <summary>Sends parts of a page as server-sent events while they change.</summary>
internal sealed class LiveParts(ICompositeViewEngine views, IModelMetadataProvider metadata, IHostApplicationLifetime host, TimeProvider clock)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>After this the browser asks anew, and with it whether it still may.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <param name="page">Whose request it is.</param>
    /// <param name="partial">The view of the part.</param>
    /// <param name="read">Reads what the part shows; the flag says that nothing more will change.</param>
    /// <param name="ct">The visitor left.</param>
    public async Task FollowAsync(PageModel page, string partial, Func<CancellationToken, Task<(object Model, bool Ended)>> read, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, host.ApplicationStopping);
        stop.CancelAfter(Longest);
        Begin(page.Response);
        var sent = "";
        try
        {
            using var timer = new PeriodicTimer(Beat, clock);
            while (true)
            {
                var (model, ended) = await read(stop.Token);
                var html = await RenderAsync(page, partial, model);
                if (html != sent)
                {
                    await SendAsync(page.Response, "part", html, stop.Token);
                    sent = html;
                }

                if (ended)
                {
                    await SendAsync(page.Response, "end", "", stop.Token);
                    return;
                }

                await timer.WaitForNextTickAsync(stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The visitor left, or asks anew.
        }
    }

    /// <summary>Sends a list line by line, each as soon as it is there.</summary>
    /// <param name="page">Whose request it is.</param>
    /// <param name="partial">The view of one line.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="conclude">Says in a sentence what all of them come to.</param>
    /// <param name="ct">The visitor left.</param>
    public async Task GrowAsync<T>(
        PageModel page, string partial, IAsyncEnumerable<T> lines, Func<IReadOnlyList<T>, string> conclude, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, host.ApplicationStopping);
        Begin(page.Response);
        var shown = new List<T>();
        try
        {
            await foreach (var line in lines.WithCancellation(stop.Token))
            {
                shown.Add(line);
                await SendAsync(page.Response, "line", await RenderAsync(page, partial, line), stop.Token);
            }

            await SendAsync(page.Response, "conclusion", conclude(shown), stop.Token);
            await SendAsync(page.Response, "end", "", stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The visitor left.
        }
    }

    private static void Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private static async Task SendAsync(HttpResponse response, string name, string data, CancellationToken ct)
    {
        var message = new StringBuilder().Append("event: ").Append(name).Append('\n');
        foreach (var line in data.Split('\n'))
        {
            message.Append("data: ").Append(line.TrimEnd('\r')).Append('\n');
        }

        await response.WriteAsync(message.Append('\n').ToString(), ct);
        await response.Body.FlushAsync(ct);
    }

    private async Task<string> RenderAsync(PageModel page, string partial, object? model)
    {
        var found = views.FindView(page.PageContext, partial, isMainPage: false);
        found.EnsureSuccessful(originalLocations: null);
        await using var text = new StringWriter();
        var data = new ViewDataDictionary(metadata, new ModelStateDictionary()) { Model = model };
        await found.View!.RenderAsync(new ViewContext(page.PageContext, found.View, data, page.TempData, text, new HtmlHelperOptions()));
        return text.ToString();
    }
}
