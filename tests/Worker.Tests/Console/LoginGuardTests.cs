using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using WeComSync.Worker.WebConsole.Accounts;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed class LoginGuardTests
{
    private readonly Clock clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Address_that_guessed_is_shut_out_for_five_minutes_and_others_are_not()
    {
        using var guard = new LoginGuard(clock, NullLogger<LoginGuard>.Instance);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(LoginResult.Refused, await TryAsync(guard, "192.0.2.1", LoginResult.Refused));
        }

        Assert.Equal(LoginResult.LockedOut, await TryAsync(guard, "192.0.2.1", LoginResult.Accepted));
        Assert.Equal(LoginResult.Accepted, await TryAsync(guard, "192.0.2.2", LoginResult.Accepted));

        clock.Now += TimeSpan.FromMinutes(5);
        Assert.Equal(LoginResult.Accepted, await TryAsync(guard, "192.0.2.1", LoginResult.Accepted));
    }

    [Fact]
    public async Task Right_login_forgets_the_failures_before_it_and_a_right_password_alone_does_not()
    {
        using var guard = new LoginGuard(clock, NullLogger<LoginGuard>.Instance);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(LoginResult.Refused, await TryAsync(guard, "192.0.2.1", LoginResult.Refused));
            }

            Assert.Equal(LoginResult.Accepted, await TryAsync(guard, "192.0.2.1", LoginResult.Accepted));
        }

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(LoginResult.CodeWanted, await TryAsync(guard, "192.0.2.1", LoginResult.CodeWanted));
            Assert.Equal(LoginResult.Refused, await TryAsync(guard, "192.0.2.1", LoginResult.Refused));
        }

        Assert.Equal(LoginResult.LockedOut, await TryAsync(guard, "192.0.2.1", LoginResult.Accepted));
    }

    private static Task<LoginResult> TryAsync(LoginGuard guard, string address, LoginResult result) =>
        guard.TryAsync(IPAddress.Parse(address), () => Task.FromResult(result), Cancel);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
