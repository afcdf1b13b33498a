using Microsoft.Extensions.Configuration;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Jobs;
using Xunit;

namespace WeComSync.Worker.Tests.Jobs;

public sealed class JobOptionsTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    [InlineData("-1")]
    [InlineData("many")]
    public void Wrong_number_of_workers_is_refused_with_its_key(string text)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => Read(text));
        Assert.StartsWith("Jobs:Workers ", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Number_of_workers_has_a_default()
    {
        Assert.Equal(8, Read(null).Workers);
        Assert.Equal(3, Read("3").Workers);
    }

    private static JobOptions Read(string? workers) =>
        JobOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Jobs:Workers"] = workers }).Build());
}
