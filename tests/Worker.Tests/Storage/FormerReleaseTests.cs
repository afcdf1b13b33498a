using System.Globalization;
using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.TestKit;
using WeComSync.Worker.Events;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Storage;

/// <summary>
/// G23: what one release stores the other reads, both ways round, while hosts of both are at work. The texts below stand in databases:
/// a red test asks for a release that reads the old form and the new one, not for another text here. Spooled events have their own in
/// the tests of the callback host.
/// </summary>
public sealed class FormerReleaseTests(IdleWorker idle) : IClassFixture<IdleWorker>
{
    private readonly TestDatabase database = idle.Database;
    private readonly IServiceProvider services = idle.Worker.Services;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Type, method, types of the parameters, arguments.</summary>
    public static TheoryData<Type, string, string, string> Jobs => new()
    {
        {
            typeof(ISyncJob), "WeComSync.Domain.Runs.ISyncJob, WeComSync.Domain RunAsync",
            """["System.Int64","System.String","System.Nullable`1[[System.DateTimeOffset, mscorlib]], mscorlib","Hangfire.Server.PerformContext, Hangfire.Core","System.Threading.CancellationToken, mscorlib"]""",
            """["7", "\"full\"", "\"2026-01-02T03:04:05+00:00\"", null, null]"""
        },
        {
            typeof(IPreviewJob), "WeComSync.Domain.Runs.IPreviewJob, WeComSync.Domain RunAsync",
            """["System.Int64","Hangfire.Server.PerformContext, Hangfire.Core","System.Threading.CancellationToken, mscorlib"]""",
            """["7", null, null]"""
        },
        {
            typeof(IObjectSyncJob), "WeComSync.Domain.Runs.IObjectSyncJob, WeComSync.Domain RunAsync",
            """["System.Int64","System.String","System.String","System.Boolean","System.Threading.CancellationToken, mscorlib"]""",
            """["7", "\"user\"", "\"zhangsan\"", "true", null]"""
        },
        {
            typeof(IEventJob), "WeComSync.Domain.Inbox.IEventJob, WeComSync.Domain ApplyAsync",
            """["System.Int64","System.Int64","System.String","System.String","Hangfire.Server.PerformContext, Hangfire.Core","System.Threading.CancellationToken, mscorlib"]""",
            """["7", "8", "\"update_user\"", "\"user zhangsan\"", null, null]"""
        },
        {
            typeof(IInboxJob), "WeComSync.Domain.Inbox.IInboxJob, WeComSync.Domain DrainAsync",
            """["System.Int64","System.Threading.CancellationToken, mscorlib"]""",
            """["7", null]"""
        },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task Job_is_stored_as_before(Type job, string method, string parameters, string arguments)
    {
        var id = await QueueAsync(job);
        Assert.Equal(
            $"{method} {parameters} {arguments}",
            await database.ReadAsync<string>("""
                SELECT concat_ws(' ', invocationdata ->> 'Type', invocationdata ->> 'Method', invocationdata ->> 'ParameterTypes', arguments)
                FROM hangfire.job WHERE id = $1
                """, id));
        using var connection = services.GetRequiredService<JobStorage>().GetConnection();
        Assert.Equal(job, connection.GetJobData(id.ToString(CultureInfo.InvariantCulture)).Job?.Type);
    }

    [Fact]
    public void Every_job_is_told_of_here() => Assert.Equal(
        typeof(ISyncJob).Assembly.GetTypes().Where(type => type.GetMethods().Any(m => m.IsDefined(typeof(QueueAttribute), inherit: true))).ToHashSet(),
        Jobs.Select(row => row.Data.Item1).ToHashSet());

    [Fact]
    public async Task Triggers_are_stored_as_before()
    {
        var tenant = await database.AddTenantAsync("30 0 0 1 1 ?", "Asia/Shanghai");
        await services.GetRequiredService<TriggerReconciliation>().RunAsync(Cancel);

        Assert.Equal(
            $"WeComSync {tenant}:full sync enqueue sync CRON 30 0 0 1 1 ? Asia/Shanghai, priority 5, misfire 2, WeComSync.Worker.Schedules.EnqueueSync, WeComSync.Worker t f f f",
            await database.ReadAsync<string>("""
                SELECT concat_ws(' ', sched_name, trigger_name, t.trigger_group, job_name, j.job_group, t.trigger_type, c.cron_expression, c.time_zone_id)
                    || ', priority ' || t.priority || ', misfire ' || t.misfire_instr || ', '
                    || concat_ws(' ', j.job_class_name, j.is_durable, j.is_nonconcurrent, j.is_update_data, j.requests_recovery, t.job_data, j.job_data, t.calendar_name)
                FROM quartz.qrtz_triggers t JOIN quartz.qrtz_cron_triggers c USING (sched_name, trigger_name) JOIN quartz.qrtz_job_details j USING (sched_name, job_name)
                WHERE trigger_name = $1 || ':full'
                """, tenant.ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Secret_that_was_protected_before_is_opened()
    {
        await database.ExecuteAsync("INSERT INTO control.data_protection_keys (friendly_name, xml) VALUES ('former', $1)", """
            <key id="0efb7016-d3d8-4eb6-8c8e-78d2bab8079b" version="1"><creationDate>2026-11-23T12:52:49.840916Z</creationDate><activationDate>2026-11-23T12:52:49.840916Z</activationDate><expirationDate>2027-02-21T12:52:49.840916Z</expirationDate><descriptor deserializerType="Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel.AuthenticatedEncryptorDescriptorDeserializer, Microsoft.AspNetCore.DataProtection, Version=10.0.0.0, Culture=neutral, PublicKeyToken=adb9793829ddae60"><descriptor><encryption algorithm="AES_256_CBC" /><validation algorithm="HMACSHA256" /><masterKey p4:requiresEncryption="true" xmlns:p4="http://schemas.asp.net/2015/03/dataProtection"><value>0lMQRXfig3a0Xl2a93igAYXZbRsWafLX0lLOwKtKfRCyx6tzoQ8xkAVuXAUmNtmJNhABx+B1PgneMJS17698RA==</value></masterKey></descriptor></descriptor></key>
            """);

        Assert.Equal("stored before", services.GetRequiredService<SecretProtector>().Unprotect(
            7, "app.secret", "CfDJ8BZw-w7Y07ZOjI540rq4B5u5CkybleAllk6gZ1fAl480pZvcUSmaHby_RB196bt5AywJV8PqNI-sAPI_-3HsqA9jJqos1PW8oGgAnkuWT0tjM-sU3Cul2udA5gYIP-mOfQ"));
    }

    private async Task<long> QueueAsync(Type job)
    {
        var jobs = services.GetRequiredService<IBackgroundJobClient>();
        if (job == typeof(IInboxJob))
        {
            await InboxJobs.QueueAsync(services.GetRequiredService<NpgsqlDataSource>(), [7], Cancel);
            return await database.ReadAsync<long>("SELECT max(id) FROM hangfire.job");
        }

        return long.Parse(
            job == typeof(ISyncJob) ? jobs.EnqueueSync(7, SyncKind.Full, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
            : job == typeof(IPreviewJob) ? jobs.EnqueuePreview(7)
            : job == typeof(IObjectSyncJob) ? jobs.Enqueue<IObjectSyncJob>(o => o.RunAsync(7, "user", "zhangsan", true, CancellationToken.None))
            : services.GetRequiredService<EventFailures>().Queue(7, 8, "update_user", "user zhangsan", TimeSpan.FromHours(1)),
            CultureInfo.InvariantCulture);
    }
}
