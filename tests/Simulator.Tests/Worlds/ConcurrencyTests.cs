using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Generation;

namespace WeComSync.Simulator.Tests.Worlds;

public sealed class ConcurrencyTests(SharedHost shared)
{
    [Fact]
    public async Task Everything_can_be_read_while_everything_changes()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 400, Departments = 30, Tags = 5, ContactSyncIp = ContactSyncIp.Grandfathered });
        var departments = corp.World.Departments;
        using var caller = new Caller(shared.Host);
        var urls = new List<string>();
        foreach (var path in (string[])["department/list", "department/simplelist", "tag/list", "tag/get?tagid=1", "user/list?department_id=1&fetch_child=1"])
            foreach (var credential in corp.Credentials)
                urls.Add(await caller.UrlAsync(credential, path));
        var changing = Task.Run(() =>
        {
            for (var seed = 0; seed < 40; seed++)
                new Churn { Seed = seed, Hires = 5, Leaves = 5, Moves = 20, Renames = 20 }.Apply(corp.World);
        }, Caller.Cancel);

        var answers = 0;
        do
        {
            foreach (var answer in await Task.WhenAll(urls.Select(caller.GetAsync)))
            {
                Assert.Equal(0, answer.ErrCode());
                answers++;
            }
            Assert.NotEmpty(await caller.ListIdsAsync(corp.Contacts, 100));
        }
        while (!changing.IsCompleted);
        await changing;

        Assert.True(answers >= urls.Count);
        var rows = await caller.ListIdsAsync(corp.Contacts, 10_000);
        Assert.Equal(400, rows.Select(row => row.UserId).Distinct().Count());
        Assert.Equal(departments.Count, corp.World.Departments.Count);
    }
}
