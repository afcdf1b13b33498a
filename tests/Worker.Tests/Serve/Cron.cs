using Quartz;

namespace WeComSync.Worker.Tests.Serve;

internal static class Cron
{
    public static CronExpression Of(string cron) => CronExpression.Parse(cron).WithTimeZone(TimeZoneInfo.Utc);
}
