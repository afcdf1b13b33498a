using Hangfire;
using Hangfire.Server;
using WeComSync.Domain.Runs;
using Xunit;

namespace WeComSync.Worker.Tests.Jobs;

public sealed class JobArgumentTests
{
    /// <summary>What the dashboard shows of a job: ids, kinds, times. Nothing that a text of a secret or a person would fit into by its type alone is added unseen.</summary>
    private static readonly string[] Texts = ["kind", "id", "subject"];

    private static readonly Type[] Plain = [typeof(long), typeof(long?), typeof(int), typeof(bool), typeof(DateTimeOffset), typeof(DateTimeOffset?), typeof(PerformContext), typeof(CancellationToken)];

    [Fact]
    public void Jobs_are_queued_with_ids_and_nothing_else()
    {
        var parameters = typeof(ISyncJob).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.IsDefined(typeof(QueueAttribute), inherit: true)).SelectMany(method => method.GetParameters()).ToList();

        Assert.True(parameters.Count > 10);
        Assert.All(parameters, parameter => Assert.True(
            Plain.Contains(parameter.ParameterType) || (parameter.ParameterType == typeof(string) && Texts.Contains(parameter.Name)),
            $"{parameter.Member.DeclaringType}.{parameter.Name}"));
    }
}
