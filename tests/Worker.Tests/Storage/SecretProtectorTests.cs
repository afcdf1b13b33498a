using System.Reflection;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Tests.WebConsole;
using Xunit;

namespace WeComSync.Worker.Tests.Storage;

public sealed class SecretProtectorTests
{
    private const string Detailed = "Host=unused;Include Error Detail=true";

    [Fact]
    public void Text_opens_for_its_own_tenant_and_field_alone()
    {
        var protector = new SecretProtector(new EphemeralDataProtectionProvider());
        var text = protector.Protect(1, SecretFields.Secret(Channel.App), "secret");
        var bytes = protector.Protect(1, SecretFields.CallbackPayload, "payload"u8.ToArray());

        Assert.Equal("secret", protector.Unprotect(1, SecretFields.Secret(Channel.App), text));
        Assert.Equal("payload"u8.ToArray(), protector.Unprotect(1, SecretFields.CallbackPayload, bytes));
        Assert.Throws<CryptographicException>(() => protector.Unprotect(2, SecretFields.Secret(Channel.App), text));
        Assert.Throws<CryptographicException>(() => protector.Unprotect(1, SecretFields.Secret(Channel.Contacts), text));
        Assert.Throws<CryptographicException>(() => protector.Unprotect(1, SecretFields.Token(Channel.App), text));
        Assert.Throws<CryptographicException>(() => protector.Unprotect(1, SecretFields.CallbackSpool, bytes));
        Assert.Throws<CryptographicException>(() => protector.Unprotect(11, SecretFields.CallbackPayload, bytes));
    }

    [Fact]
    public void Errors_of_the_database_never_quote_rows_whatever_the_connection_string_says() => Assert.All(
        new[] { WorkerConnections.Own(Detailed), WorkerConnections.Staging(WorkerConnections.Own(Detailed)), WorkerConnections.Jobs(Detailed, 1), WorkerConnections.Schedules(Detailed, 1) },
        made => Assert.False(new NpgsqlConnectionStringBuilder(made).IncludeErrorDetail));

    /// <summary>SE 24.</summary>
    [Fact]
    public void Protection_is_of_a_release_without_known_holes_and_the_build_fails_on_others()
    {
        var release = typeof(IDataProtectionProvider).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', '-')[0];
        Assert.True(Version.Parse(release) >= new Version(10, 0, 7), $"Data Protection is of release {release}: update the .NET runtime.");

        var build = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants().ToLookup(setting => setting.Name.LocalName, setting => setting.Value);
        Assert.Equal(("true", "all", "true"), (build["NuGetAudit"].Single(), build["NuGetAuditMode"].Single(), build["TreatWarningsAsErrors"].Single()));
    }
}
