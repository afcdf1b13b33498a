using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.Storage;
using Xunit;

namespace WeComSync.Worker.Tests.Doctor;

public sealed class HostDoctorTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrated_database_gives_the_role_its_limits()
    {
        var set = await new RoleSettings(database.DataSource).ReadAsync(Cancel);

        Assert.Equal("60s", set["idle_in_transaction_session_timeout"]);
        Assert.Equal(RoleSettings.Wanted.Count, RoleSettings.Wanted.Count(wanted => set.ContainsKey(wanted.Name)));
    }

    [Fact]
    public async Task Setting_that_is_missing_is_named_with_the_statement_that_mends_it()
    {
        Assert.Equal(DoctorVerdict.Ok, (await SessionsAsync()).Verdict);
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;
        await AlterAsync($"ALTER ROLE CURRENT_USER IN DATABASE {name} RESET lock_timeout");
        try
        {
            var line = await SessionsAsync();
            Assert.Equal(DoctorVerdict.Warning, line.Verdict);
            Assert.Contains($"IN DATABASE \"{name}\" SET lock_timeout TO '10s'", line.Step!, StringComparison.Ordinal);
        }
        finally
        {
            await new RoleSettings(database.DataSource).ApplyAsync(Cancel);
        }

        Assert.Equal(DoctorVerdict.Ok, (await SessionsAsync()).Verdict);
    }

    [Fact]
    public async Task Command_shows_every_part_of_the_host()
    {
        var result = await WorkerProcess.RunAsync(database.ConnectionString, ["doctor", "--host"]);

        Assert.Equal(0, result.ExitCode);
        foreach (var check in new[] { "versions", "clock", "certificate", "database sessions", "database connections" })
        {
            Assert.Contains($"{check}: ", result.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("doctor")]
    [InlineData("doctor", "acme", "--host")]
    [InlineData("doctor", "nobody-has-this-key")]
    [InlineData("doctor", "acme", "--lang", "fr")]
    public async Task Wrong_usage_ends_with_2(params string[] arguments) =>
        Assert.Equal(2, (await WorkerProcess.RunAsync(database.ConnectionString, arguments)).ExitCode);

    private async Task<DoctorLine> SessionsAsync()
    {
        using var host = DoctorScene.Build(database, "http://127.0.0.1:9");
        var lines = await host.Services.GetRequiredService<HostDoctor>().ExamineAsync(DoctorLanguage.English, Cancel).ToListAsync(Cancel);
        return Assert.Single(lines, line => line.Check == "database sessions");
    }

    private async Task AlterAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
