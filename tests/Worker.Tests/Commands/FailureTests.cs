using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Commands;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.Commands;

public sealed class FailureTests
{
    private static readonly CancellationToken Stopped = new(canceled: true);

    public static TheoryData<Exception, int, string> Known => new()
    {
        { new BadInputException("Wrong file.", "[0]: wrong"), ExitCodes.Usage, "Wrong file." },
        { new CommandFailedException("Run 'migrate' first."), ExitCodes.Failed, "Run 'migrate' first." },
        { new ConfigurationException("Urls is wrong."), ExitCodes.Failed, "Urls is wrong." },
        { new WeComException("user/list_id", 60020, WeComErrorClass.StopTenant, "not allow to access from your ip", "Trust it."), ExitCodes.Stopped, "user/list_id answered 60020: not allow to access from your ip. Trust it." },
        { new WeComException("user/list_id", 45009, WeComErrorClass.Throttle, "api freq out of limit", "Wait."), ExitCodes.Failed, "user/list_id answered 45009: api freq out of limit. Wait." },
        { new DbUpdateConcurrencyException("rows"), ExitCodes.Failed, "Somebody else changed the same rows" },
        { Refusal(PostgresErrorCodes.InvalidPassword), ExitCodes.Failed, "PostgreSQL refused: no (28P01). Correct the user name and password" },
        { Wrapped(Refusal(PostgresErrorCodes.InsufficientPrivilege)), ExitCodes.Failed, "PostgreSQL refused: no (42501). Give the user" },
        { Wrapped(Refusal(PostgresErrorCodes.AdminShutdown)), ExitCodes.Failed, "The connection to PostgreSQL was lost" },
        { Wrapped(new NpgsqlException("Exception while reading from stream")), ExitCodes.Failed, "The connection to PostgreSQL was lost" },
    };

    [Theory]
    [MemberData(nameof(Known), DisableDiscoveryEnumeration = true)]
    public void What_a_person_can_mend_is_said_in_one_line_without_a_stack_trace(Exception exception, int exitCode, string message)
    {
        var failure = Failure.Of(exception, CancellationToken.None);

        Assert.Equal(exitCode, failure.ExitCode);
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.Unexpected);
    }

    [Fact]
    public void What_nobody_expected_is_logged_with_its_stack_trace()
    {
        var broken = new InvalidOperationException("No such thing.\nAnd more.");
        var failure = Failure.Of(broken, CancellationToken.None);

        Assert.Same(broken, failure.Unexpected);
        Assert.StartsWith("InvalidOperationException: No such thing. This was not expected", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Signal_is_the_reason_for_whatever_it_interrupted_but_not_for_other_failures()
    {
        Assert.StartsWith("Stopped by a signal", Failure.Of(new OperationCanceledException(), Stopped).Message, StringComparison.Ordinal);
        Assert.StartsWith("Stopped by a signal", Failure.Of(Wrapped(Refusal(PostgresErrorCodes.QueryCanceled)), Stopped).Message, StringComparison.Ordinal);
        Assert.Equal("Urls is wrong.", Failure.Of(new ConfigurationException("Urls is wrong."), Stopped).Message);
        Assert.NotNull(Failure.Of(new OperationCanceledException(), CancellationToken.None).Unexpected);
    }

    private static PostgresException Refusal(string state) => new("no", "ERROR", "ERROR", state);

    private static InvalidOperationException Wrapped(Exception inner) => new("transient", new DbUpdateException("see inner", inner));
}
