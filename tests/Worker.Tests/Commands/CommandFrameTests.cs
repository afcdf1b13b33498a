using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using Xunit;

namespace WeComSync.Worker.Tests.Commands;

public sealed class CommandFrameTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nonsense")]
    [InlineData("migrate", "too", "much")]
    [InlineData("migrate", "--unknown")]
    public async Task Wrong_usage_exits_2_with_a_short_message_on_stderr(params string[] arguments)
    {
        var result = await WorkerProcess.RunAsync("Host=unused", arguments);

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("Wrong usage; nothing was changed.", result.LastErrorLine, StringComparison.Ordinal);
        Assert.InRange(result.Error.Split('\n').Length, 3, 6);
    }

    [Fact]
    public async Task Help_of_a_command_that_lacks_its_arguments_is_no_wrong_usage()
    {
        var result = await WorkerProcess.RunAsync("Host=unused", ["migrate", "--help"]);

        Assert.Equal(ExitCodes.Done, result.ExitCode);
        Assert.Contains("Create or upgrade all schemas", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Missing_setting_exits_1_and_the_last_line_names_its_key()
    {
        var result = await WorkerProcess.RunAsync("", ["migrate"]);

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.StartsWith("ConnectionStrings:WeComSync is not set.", result.LastErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_Development_secrets_need_a_certificate()
    {
        var result = await WorkerProcess.RunAsync(database.ConnectionString, ["migrate"], ("DOTNET_ENVIRONMENT", null));

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.StartsWith("Secrets:CertificatePath is not set.", result.LastErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_is_also_read_from_the_name_that_web_hosts_use()
    {
        var result = await WorkerProcess.RunAsync(
            database.ConnectionString, ["migrate"], ("DOTNET_ENVIRONMENT", null), ("ASPNETCORE_ENVIRONMENT", "Development"));

        Assert.Equal(ExitCodes.Done, result.ExitCode);
    }

    [Fact]
    public async Task Unknown_database_is_said_at_once()
    {
        var elsewhere = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "not_there" }.ConnectionString;
        var result = await WorkerProcess.RunAsync(elsewhere, ["migrate"]);

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("Create the database", result.LastErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_on_an_empty_database_says_that_migrate_comes_first()
    {
        await using var empty = await EmptyDatabase.CreateAsync(Cancel);
        var result = await WorkerProcess.RunAsync(empty.ConnectionString, ["status", "--json"]);

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("Run 'migrate' first", result.LastErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("Failed executing", result.Error, StringComparison.Ordinal);

        // A script that reads --json finds one object even now.
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(result.LastErrorLine, json.RootElement.GetProperty("error").GetString());
        Assert.Equal(ExitCodes.Failed, json.RootElement.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Migrate_from_several_hosts_at_once_works_once_and_every_host_is_content()
    {
        await using var empty = await EmptyDatabase.CreateAsync(Cancel);
        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => WorkerProcess.RunAsync(empty.ConnectionString, ["migrate"])));

        Assert.All(results, result => Assert.Equal((ExitCodes.Done, ""), (result.ExitCode, result.ExitCode == 0 ? "" : result.Error)));
        var status = await WorkerProcess.RunAsync(empty.ConnectionString, ["status"]);
        Assert.Equal((ExitCodes.Done, ""), (status.ExitCode, status.Error));
    }

    [Fact]
    public async Task Host_with_another_certificate_than_the_first_refuses_to_work()
    {
        await using var empty = await EmptyDatabase.CreateAsync(Cancel);
        var directory = Directory.CreateTempSubdirectory("certificates");
        try
        {
            var (first, other) = (WriteCertificate(directory, "first.pfx"), WriteCertificate(directory, "other.pfx"));
            var migrated = await WorkerProcess.RunAsync(empty.ConnectionString, ["migrate"], ("DOTNET_ENVIRONMENT", null), first);
            Assert.Equal((ExitCodes.Done, ""), (migrated.ExitCode, migrated.Error));

            var refused = await WorkerProcess.RunAsync(empty.ConnectionString, ["status"], ("DOTNET_ENVIRONMENT", null), other);
            Assert.Equal((ExitCodes.Failed, ""), (refused.ExitCode, refused.Output));
            Assert.StartsWith("Secrets:CertificatePath names a certificate that does not open", refused.LastErrorLine, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task PostgreSQL_that_comes_up_late_is_waited_for()
    {
        var port = TcpForwarder.FreePort();
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = port };
        await using var worker = WorkerProcess.Start(settings.ConnectionString, ["migrate"]);
        await worker.WaitForErrorAsync("does not answer");

        await using var late = new TcpForwarder(port, TestServer.ConnectionString);
        var result = await worker.WaitForExitAsync();
        Assert.Equal(ExitCodes.Done, result.ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signal_ends_the_wait_with_exit_code_1(bool interrupt)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = TcpForwarder.FreePort() };
        await using var worker = WorkerProcess.Start(settings.ConnectionString, ["migrate"]);
        await worker.WaitForErrorAsync("does not answer");

        if (interrupt)
        {
            worker.SendInterrupt();
        }
        else
        {
            worker.SendTerminate();
        }

        var result = await worker.WaitForExitAsync();
        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.StartsWith("Stopped by a signal", result.LastErrorLine, StringComparison.Ordinal);
    }

    private static (string Name, string? Value) WriteCertificate(DirectoryInfo directory, string name)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=WeComSync", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(directory.FullName, name);
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx));
        return ("Secrets__CertificatePath", path);
    }
}
