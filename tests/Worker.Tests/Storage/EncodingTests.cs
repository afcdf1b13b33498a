using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Storage;

/// <summary>What a database must be made like, and what does not matter.</summary>
public sealed class EncodingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("EUC_CN")]
    [InlineData("LATIN1")]
    [InlineData("SQL_ASCII")]
    public async Task Database_that_cannot_hold_every_name_is_refused_in_one_sentence_and_left_as_it_was(string encoding)
    {
        await using var database = await EmptyDatabase.CreateAsync(Cancel, $"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");

        var migrated = await WorkerProcess.RunAsync(database.ConnectionString, ["migrate"]);
        Assert.Equal(1, migrated.ExitCode);
        Assert.Contains($"has the encoding {encoding}", migrated.Error.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        Assert.Contains("ENCODING 'UTF8'", migrated.Error.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);

        var examined = await WorkerProcess.RunAsync(database.ConnectionString, ["doctor", "--host"]);
        Assert.Contains($"has the encoding {encoding}", examined.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, examined.ExitCode);

        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var schemas = source.CreateCommand("SELECT count(*) FROM pg_namespace WHERE nspname IN ('control', 'mirror', 'hangfire', 'quartz')");
        Assert.Equal(0L, await schemas.ExecuteScalarAsync(Cancel));
    }

    [Theory]
    [InlineData("LOCALE 'C'")]
    [InlineData("LOCALE 'C.UTF-8'")]
    [InlineData("LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN' LOCALE 'C.UTF-8'")]
    [InlineData("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'")]
    public async Task Directory_is_mirrored_whatever_the_collation(string collation)
    {
        await using var database = await TestDatabase.CreateAsync($"ENCODING 'UTF8' {collation} TEMPLATE template0");
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 30, Departments = 8, Seed = 29 });
        foreach (var (id, name) in new[] { ("Zhang_san", "张三"), ("zhang-san", "Ünal İŞIK"), ("LIU.1", "𬭎🎧"), ("liu@2", "a　b") })
        {
            harness.World.Hire(id, name, 1);
        }

        await harness.MirrorAsync();
        harness.World.Rename("LIU.1", "刘");
        Assert.Equal(RunState.Done, (await harness.IncrementalAsync()).State);
        Assert.Equal(RunState.Done, (await harness.FullAsync()).State);

        await harness.AssertMirrorIsTrueAsync();
    }
}
