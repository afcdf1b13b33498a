namespace WeComSync.Domain.Accounts;

/// <summary>A person who may log in to the console: an operator of this installation, or an administrator of some enterprises.</summary>
public sealed class Account
{
    public long Id { get; private set; }

    public required string Email { get; set; }

    /// <summary><see cref="Email"/> as it is compared.</summary>
    public string NormalizedEmail { get; set; } = "";

    /// <summary>As ASP.NET Core Identity writes it.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>Changes with the password, the second factor and the rights: sessions that carry another one end.</summary>
    public string SecurityStamp { get; set; } = "";

    /// <summary>True: sees every enterprise and the job server. False: sees those of its <see cref="AccountTenant"/> rows.</summary>
    public bool IsOperator { get; set; }

    public int FailedLogins { get; set; }

    /// <summary>Until when no password is tried.</summary>
    public DateTimeOffset? LockedUntil { get; set; }

    public bool TwoFactor { get; set; }

    /// <summary>Protected key of the authenticator application.</summary>
    public string? AuthenticatorKey { get; set; }

    /// <summary>SHA-256 of the codes that replace a lost authenticator, in hexadecimal digits; each works once.</summary>
    public string[] RecoveryCodes { get; set; } = [];

    /// <summary>Fingerprint of the configured password that was set here; a configured password that changed is set again. Null for other accounts.</summary>
    public string? ConfiguredStamp { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastLoginAt { get; set; }
}
