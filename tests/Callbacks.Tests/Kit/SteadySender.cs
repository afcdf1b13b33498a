using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>Sends events at a steady rate whatever the answers take, and remembers what was acknowledged.</summary>
internal sealed class SteadySender(HttpClient client, TestTenant tenant, int perSecond)
{
    private readonly ConcurrentBag<TimeSpan> times = [];
    private readonly ConcurrentBag<string> acknowledged = [];
    private readonly ConcurrentBag<string> refused = [];
    private readonly List<Task> requests = [];
    private int number;

    public IEnumerable<string> Acknowledged => acknowledged;

    public IEnumerable<string> Refused => refused;

    public int Sent => number;

    public TimeSpan Longest => times.DefaultIfEmpty().Max();

    /// <summary>Sends until the condition holds.</summary>
    public async Task SendUntilAsync(Func<bool> enough, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1d / perSecond));
        while (!enough() && await timer.WaitForNextTickAsync(ct))
        {
            requests.Add(SendAsync(++number, ct));
        }
    }

    public Task AnsweredAsync() => Task.WhenAll(requests);

    public TimeSpan Percentile(int percent) => times.Order().ElementAt(times.Count * percent / 100);

    /// <summary>Forgets the times so far, not the acknowledgements.</summary>
    public void ForgetTimes() => times.Clear();

    private async Task SendAsync(int event_, CancellationToken ct)
    {
        await Task.Yield();
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(event_));
        using var content = new StringContent(delivery.Body);
        var clock = Stopwatch.StartNew();
        using var answer = await client.PostAsync($"{tenant.Path}?{delivery.Query}", content, ct);
        times.Add(clock.Elapsed);
        (answer.StatusCode == HttpStatusCode.OK ? acknowledged : refused).Add($"user-{event_}");
    }
}
