using System.Runtime.CompilerServices;
using System.Threading.Channels;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>Lets WeCom be asked in parallel while whoever is returned is staged.</summary>
/// <param name="stage">Where the rows go.</param>
/// <param name="facts">Told of people without an id.</param>
/// <param name="progress">Called with the number of people each time it has grown.</param>
internal sealed class PeopleIntake(DirectoryStage stage, DirectoryFacts facts, Action<int> progress)
{
    private int read;

    /// <param name="produce">Asks, and writes whoever comes.</param>
    /// <param name="ct">Stops both.</param>
    public async Task TakeAsync(Func<ChannelWriter<WeComUser>, CancellationToken, Task> produce, CancellationToken ct)
    {
        var people = Channel.CreateBounded<WeComUser>(new BoundedChannelOptions(1024) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var copying = stage.CopyUsersAsync(CountedAsync(people.Reader, stop.Token), stop.Token);
        try
        {
            var producing = ProduceAsync();
            if (await Task.WhenAny(producing, copying) == copying)
            {
                // The database failed: nobody takes what WeCom still sends.
                await stop.CancelAsync();
                await producing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            await copying;
            await producing;
        }
        finally
        {
            await stop.CancelAsync();
        }

        async Task ProduceAsync()
        {
            try
            {
                await produce(people.Writer, stop.Token);
                people.Writer.Complete();
            }
            catch (Exception failure)
            {
                people.Writer.Complete(failure);
                throw;
            }
        }
    }

    private async IAsyncEnumerable<WeComUser> CountedAsync(
        ChannelReader<WeComUser> people, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var user in people.ReadAllAsync(ct))
        {
            if (user.UserId.Length == 0)
            {
                facts.PersonWithoutId = true;
                facts.Fail("user", null, null, SyncTexts.PersonWithoutId.With());
                continue;
            }

            if (user.Unstorable is { } field)
            {
                facts.Fail("user", user.UserId, null, SyncTexts.FieldUnstorable.With(field));
            }

            progress(++read);
            yield return user;
        }
    }
}
