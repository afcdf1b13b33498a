using System.Net;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WebConsole.Accounts;

namespace WeComSync.Worker.WebConsole;

/// <summary>Where the console is and who may log in, read and checked once at start. There is no default account.</summary>
internal sealed record ConsoleOptions
{
    /// <summary>Characters of the shortest password.</summary>
    public const int ShortestPassword = 12;

    /// <summary><c>Console:PublicUrl</c>: the address that operators open; null if it is the one that is listened on.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary><c>Console:TrustedProxies</c>: addresses or networks, separated by commas, whose <c>X-Forwarded-For</c> is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary><c>Console:Operator:Email</c> with its password.</summary>
    public required ConfiguredOperator Operator { get; init; }

    /// <summary>Cookies are for https alone.</summary>
    public bool Secure => PublicUrl?.Scheme == Uri.UriSchemeHttps;

    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static ConsoleOptions Read(IConfiguration configuration) =>
        new()
        {
            PublicUrl = ReadPublicUrl(configuration["Console:PublicUrl"]),
            TrustedProxies = Domain.Hosting.TrustedProxies.Read("Console:TrustedProxies", configuration["Console:TrustedProxies"]),
            Operator = ReadOperator(configuration),
        };

    private static Uri? ReadPublicUrl(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            ? url
            : throw new ConfigurationException("Console:PublicUrl must be an address such as https://console.example.com.");
    }

    private static ConfiguredOperator ReadOperator(IConfiguration configuration)
    {
        var email = configuration["Console:Operator:Email"]?.Trim();
        if (string.IsNullOrEmpty(email) || TextRules.Email(email) is not null)
        {
            throw new ConfigurationException("Console:Operator:Email is not set to an e-mail address. It is the login of the first operator.");
        }

        var password = configuration["Console:Operator:Password"];
        var hash = configuration["Console:Operator:PasswordHash"];
        if (string.IsNullOrEmpty(password) == string.IsNullOrEmpty(hash))
        {
            throw new ConfigurationException(
                "Set one of Console:Operator:Password and Console:Operator:PasswordHash (a hash as ASP.NET Core Identity writes it), not both.");
        }

        if (!string.IsNullOrEmpty(hash))
        {
            return ConfiguredOperator.IsHash(hash)
                ? ConfiguredOperator.WithHash(email, hash)
                : throw new ConfigurationException("Console:Operator:PasswordHash is no password hash of ASP.NET Core Identity (version 3).");
        }

        return password!.Length is >= ShortestPassword and <= Logins.LongestPassword
            ? ConfiguredOperator.WithPassword(email, password)
            : throw new ConfigurationException(
                $"Console:Operator:Password must have {ShortestPassword} to {Logins.LongestPassword} characters.");
    }
}
