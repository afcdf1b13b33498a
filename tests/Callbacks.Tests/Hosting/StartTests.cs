using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Hosting;

public sealed class StartTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The worker migrates; a callback host that came up first waits for it.</summary>
    [Fact]
    public async Task Host_waits_for_a_database_that_is_not_migrated_yet()
    {
        await using var database = await EmptyDatabase.CreateAsync(Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString, waitUntilReady: false);
        using (var early = await host.Client.GetAsync("/readyz", Cancel))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
        }

        var migrated = await WorkerProcess.RunAsync(database.ConnectionString, ["migrate"]);
        Assert.True(migrated.ExitCode == 0, migrated.Error);
        await Eventually.TrueAsync("the host is ready", async () =>
        {
            using var ready = await host.Client.GetAsync("/readyz", Cancel);
            return ready.IsSuccessStatusCode;
        });
    }

    /// <summary>F19, SE 19: outside Development the certificate decides; with another one the host ends and says so.</summary>
    [Fact]
    public async Task Host_with_another_certificate_ends_and_names_the_setting()
    {
        var folder = Directory.CreateTempSubdirectory("wecomsync-certificates-");
        await using var database = await EmptyDatabase.CreateAsync(Cancel);
        try
        {
            var (ours, other) = (MakeCertificate(folder, "ours"), MakeCertificate(folder, "other"));
            var migrated = await WorkerProcess.RunAsync(
                database.ConnectionString, ["migrate"], ("DOTNET_ENVIRONMENT", "Production"), ("Secrets__CertificatePath", ours));
            Assert.True(migrated.ExitCode == 0, migrated.Error);

            await using (var wrong = CallbackProcess.Start(
                database.ConnectionString, folder.FullName, "--environment=Production", $"--Secrets:CertificatePath={other}"))
            {
                var ended = await wrong.Process.WaitForExitAsync();
                Assert.Equal(1, ended.ExitCode);
                Assert.Contains("Secrets:CertificatePath", ended.Output, StringComparison.Ordinal);
            }

            await using (var missing = CallbackProcess.Start(database.ConnectionString, folder.FullName, "--environment=Production"))
            {
                var ended = await missing.Process.WaitForExitAsync();
                Assert.Equal(2, ended.ExitCode);
                Assert.StartsWith("Secrets:CertificatePath is not set.", ended.Error, StringComparison.Ordinal);
            }

            await using var right = await CallbackProcess.StartReadyAsync(
                database.ConnectionString, folder.FullName, "--environment=Production", $"--Secrets:CertificatePath={ours}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string MakeCertificate(DirectoryInfo folder, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(folder.FullName, $"{name}.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12));
        return path;
    }
}
