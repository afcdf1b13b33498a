using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using WeComSync.Worker.OperatorConsole;
using Xunit;

namespace WeComSync.Worker.Tests.OperatorConsole;

public sealed class OperatorLoginTests
{
    private const string Password = "correct horse battery";

    private static readonly ConsoleOptions Options = new() { Operator = OperatorAccount.WithPassword("op@example.com", Password) };
    private readonly Clock clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Address_that_guessed_is_shut_out_for_five_minutes_and_others_are_not()
    {
        using var login = new OperatorLogin(Options, clock, NullLogger<OperatorLogin>.Instance);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(LoginResult.Refused, await TryAsync(login, "192.0.2.1", "wrong"));
        }

        Assert.Equal(LoginResult.LockedOut, await TryAsync(login, "192.0.2.1", Password));
        Assert.Equal(LoginResult.Accepted, await TryAsync(login, "192.0.2.2", Password));

        clock.Now += TimeSpan.FromMinutes(5);
        Assert.Equal(LoginResult.Accepted, await TryAsync(login, "192.0.2.1", Password));
    }

    [Fact]
    public async Task Right_login_forgets_the_failures_before_it()
    {
        using var login = new OperatorLogin(Options, clock, NullLogger<OperatorLogin>.Instance);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(LoginResult.Refused, await TryAsync(login, "192.0.2.1", "wrong"));
            }

            Assert.Equal(LoginResult.Accepted, await TryAsync(login, "192.0.2.1", Password));
        }
    }

    [Fact]
    public void Endless_password_is_refused_without_being_hashed() =>
        Assert.False(Options.Operator.Verify("op@example.com", new string('a', 10_000_000)));

    [Fact]
    public void Session_ends_when_the_password_changes_and_not_when_the_worker_restarts()
    {
        Assert.Equal(Options.Operator.Stamp, OperatorAccount.WithPassword("op@example.com", Password).Stamp);
        Assert.NotEqual(Options.Operator.Stamp, OperatorAccount.WithPassword("op@example.com", Password + "!").Stamp);
        Assert.NotEqual(Options.Operator.Stamp, OperatorAccount.WithPassword("other@example.com", Password).Stamp);
    }

    private static Task<LoginResult> TryAsync(OperatorLogin login, string address, string password) =>
        login.TryAsync("op@example.com", password, IPAddress.Parse(address), Cancel);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
