using System.Net;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Spool;

/// <summary>
/// What a power cut leaves of an acknowledged event. No test can cut the power; the kernel's own record of what the host asked it to
/// do, and in which order, shows the same.
/// </summary>
public sealed class DurabilityTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Event_is_acknowledged_after_its_file_and_then_its_folder_were_forced_to_disk()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var spool = Directory.CreateTempSubdirectory("wecomsync-spool-");
        var record = Path.GetTempFileName();
        await using var proxy = new TcpFaultProxy(database.ConnectionString);
        try
        {
            await using var host = CallbackProcess.StartUnder(
                ["strace", "-f", "-y", "-s", "64", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat,sendmsg,sendto,write", "-o", record],
                proxy.ConnectionString,
                spool.FullName);
            await host.WaitUntilReadyAsync();
            proxy.Refuse();
            var before = File.ReadLines(record).Count();
            var delivery = tenant.WeCom.Deliver(tenant.UserEvent(1));
            Assert.Equal(HttpStatusCode.OK, await host.Client.PostAsync(tenant, delivery, Cancel));

            var file = Path.GetFileNameWithoutExtension(Assert.Single(spool.GetFiles("*.event")).Name);
            List<string> lines = [];
            await Eventually.TrueAsync("the answer is in the record", () =>
            {
                lines = [.. File.ReadLines(record).Skip(before)];
                return lines.Exists(IsAnswer);
            });

            var written = lines.FindIndex(line => IsFlush(line) && line.Contains($"/{file}.part>", StringComparison.Ordinal));
            var named = lines.FindIndex(line => line.Contains($"/{file}.event\"", StringComparison.Ordinal));
            var listed = lines.FindIndex(Math.Max(named, 0), line => IsFlush(line) && line.Contains($"<{spool.FullName}>", StringComparison.Ordinal));
            var answered = lines.FindIndex(IsAnswer);
            Assert.True(
                0 <= written && written < named && named < listed && listed < answered,
                $"content forced: {written}, named: {named}, folder forced: {listed}, answered: {answered}\n{string.Join('\n', lines)}");
        }
        finally
        {
            spool.Delete(recursive: true);
            File.Delete(record);
        }
    }

    private static bool IsFlush(string line) => line.Contains("fsync(", StringComparison.Ordinal) || line.Contains("fdatasync(", StringComparison.Ordinal);

    private static bool IsAnswer(string line) => line.Contains("HTTP/1.1 200 OK", StringComparison.Ordinal);
}
