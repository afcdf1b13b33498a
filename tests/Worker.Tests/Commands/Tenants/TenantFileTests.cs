using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Commands.Tenants;
using WeComSync.Worker.Tenants;
using Xunit;

namespace WeComSync.Worker.Tests.Commands.Tenants;

public sealed class TenantFileTests : IDisposable
{
    private const string AesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("tenant-file");
    private readonly Dictionary<string, string> environment = [];

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void Every_value_of_a_full_file_is_read()
    {
        using var rsa = RSA.Create(1024);
        var pem = rsa.ExportPkcs8PrivateKeyPem();
        var file = Parse($$"""
            [{"key":"acme","name":"Acme 有限公司","corpId":"ww9f3c1e7a5b2d4860","enabled":false,"timeZone":"Europe/Berlin",
              "app":{"agentId":1000002,"secret":"appSecret","token":"T1","encodingAesKey":"{{AesKey}}"},
              "contacts":{"secret":"contactsSecret","token":"T2","encodingAesKey":"{{AesKey}}"},
              "customers":{"secret":null,"token":"T3","encodingAesKey":"{{AesKey}}"},
              "archive":{"secret":"archiveSecret","privateKeys":[{"version":3,"pem":{{JsonSerializer.Serialize(pem)}} }]},
              "schedules":{"full":"0 30 2 * * ?","customers":"0 15 3 * * ?"},
              "guard":{"maxRemovedPercent":0,"maxRemoved":7} }]
            """);

        Assert.Empty(file.Problems);
        var tenant = Assert.Single(file.Tenants);
        Assert.Equal(
            ("acme", "Acme 有限公司", "ww9f3c1e7a5b2d4860", false, "Europe/Berlin", 0, 7),
            (tenant.Key, tenant.Name, tenant.CorpId, tenant.Enabled, tenant.TimeZone, tenant.MaxRemovedPercent, tenant.MaxRemoved));
        var app = tenant.Channels[Channel.App];
        Assert.Equal((1000002, "appSecret", "T1", AesKey), (app.AgentId, app.Secret, app.Token, app.EncodingAesKey));
        Assert.Equal(("contactsSecret", "T2"), (tenant.Channels[Channel.Contacts].Secret, tenant.Channels[Channel.Contacts].Token));
        Assert.Equal((null, "T3"), (tenant.Channels[Channel.Customers].Secret, tenant.Channels[Channel.Customers].Token));
        Assert.Equal(("archiveSecret", null), (tenant.Channels[Channel.Archive].Secret, tenant.Channels[Channel.Archive].Token));
        Assert.Equal(pem, tenant.ArchiveKeys[3]);
        Assert.Equal("0 30 2 * * ?", tenant.Schedules[SyncKind.Full]);
        Assert.Equal("0 15 3 * * ?", tenant.Schedules[SyncKind.Customers]);
        Assert.DoesNotContain(SyncKind.Incremental, tenant.Schedules);
    }

    [Fact]
    public void Tenant_with_the_required_keys_alone_gets_the_defaults()
    {
        var tenant = Assert.Single(Parse("""[{"key":"a","name":"A","corpId":"ww1","app":null,"timeZone":null}]""").Tenants);

        Assert.True(tenant.Enabled);
        Assert.Equal((Tenant.DefaultTimeZone, 10, 50), (tenant.TimeZone, tenant.MaxRemovedPercent, tenant.MaxRemoved));
        Assert.Empty(tenant.Channels);
        Assert.Empty(tenant.Schedules);
    }

    [Theory]
    [InlineData("""{"key":"a"}""", "the file must be a JSON array of tenants: [{\"key\":…}]")]
    [InlineData("[7]", "[0]: must be an object, is a number")]
    [InlineData("[{}]", "[0].key: is required", "[0].name: is required", "[0].corpId: is required")]
    public void File_of_another_shape_is_refused(string json, params string[] problems) => Assert.Equal(problems, Parse(json).Problems);

    [Theory]
    [InlineData("\"zone\":\"x\"", "zone: is not a known key; known here are")]
    [InlineData("\"name\":\"B\"", "name: is given twice")]
    [InlineData("\"app\":{\"secret\":\"a\",\"secret\":\"b\"}", "app.secret: is given twice")]
    [InlineData("\"app\":{\"privateKeys\":[]}", "app.privateKeys: is not a known key; known here are agentId, secret, token, encodingAesKey")]
    [InlineData("\"contacts\":{\"agentId\":1}", "contacts.agentId: is not a known key; known here are secret, token, encodingAesKey")]
    [InlineData("\"enabled\":\"true\"", "enabled: must be true or false, is a string")]
    [InlineData("\"app\":[]", "app: must be an object, is an array")]
    [InlineData("\"app\":{\"agentId\":\"1000002\"}", "app.agentId: must be a whole number, is a string")]
    [InlineData("\"app\":{\"agentId\":1.5}", "app.agentId: must be a whole number from 1 to")]
    [InlineData("\"app\":{\"agentId\":0}", "app.agentId: must be a whole number from 1 to")]
    [InlineData("\"app\":{\"secret\":5}", "app.secret: must be a string, {\"env\":\"NAME\"} or {\"file\":\"PATH\"}, is a number")]
    [InlineData("\"app\":{\"secret\":\"\"}", "app.secret: is empty")]
    [InlineData("\"app\":{\"secret\":\"a b\"}", "app.secret: must not contain blanks or line breaks")]
    [InlineData("\"app\":{\"secret\":\"\\ud800\"}", "app.secret: holds half of a character")]
    [InlineData("\"app\":{\"token\":\"abc\"}", "app.encodingAesKey: is missing; callbacks need token and encodingAesKey together")]
    [InlineData("\"app\":{\"encodingAesKey\":\"" + AesKey + "\"}", "app.token: is missing; callbacks need token and encodingAesKey together")]
    [InlineData("\"app\":{\"token\":\"with-dash\",\"encodingAesKey\":\"" + AesKey + "\"}", "app.token: must be 1 to 32 of a-z, A-Z and 0-9, has others")]
    [InlineData("\"app\":{\"token\":\"\",\"encodingAesKey\":\"" + AesKey + "\"}", "app.token: must be 1 to 32 letters and digits, has 0 characters")]
    [InlineData("\"contacts\":{\"token\":\"t\",\"encodingAesKey\":\"" + AesKey + "x\"}", "contacts.encodingAesKey: must be 43 characters of a-z, A-Z and 0-9, has 44")]
    [InlineData("\"contacts\":{\"token\":\"t\",\"encodingAesKey\":\"jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2=\"}", "contacts.encodingAesKey: must be 43 characters of a-z, A-Z and 0-9, has others")]
    [InlineData("\"timeZone\":\"Mars/Base\"", "timeZone: must be the IANA name of a time zone, such as Asia/Shanghai")]
    [InlineData("\"timeZone\":\"China Standard Time\"", "timeZone: must be the IANA name of a time zone, such as Asia/Shanghai")]
    [InlineData("\"timeZone\":\"\"", "timeZone: must be the IANA name of a time zone, such as Asia/Shanghai")]
    [InlineData("\"schedules\":{\"full\":\"30 2 * * *\"}", "schedules.full: must be a Quartz cron expression with seconds, such as '0 30 2 * * ?'")]
    [InlineData("\"schedules\":{\"full\":\"0 0 0 1 1 ? 2020\"}", "schedules.full: is a cron expression that never comes due again")]
    [InlineData("\"schedules\":{\"hourly\":\"0 0 * * * ?\"}", "schedules.hourly: is not a known key; known here are full, incremental, customers")]
    [InlineData("\"guard\":{\"maxRemovedPercent\":101}", "guard.maxRemovedPercent: must be a whole number from 0 to 100")]
    [InlineData("\"guard\":{\"maxRemoved\":-1}", "guard.maxRemoved: must be a whole number from 0 to")]
    [InlineData("\"archive\":{\"privateKeys\":{}}", "archive.privateKeys: must be an array, is an object")]
    [InlineData("\"archive\":{\"privateKeys\":[{\"pem\":\"x\",\"version\":1}]}", "archive.privateKeys[0].pem: must be an RSA private key in PEM form")]
    [InlineData("\"archive\":{\"privateKeys\":[{\"version\":1}]}", "archive.privateKeys[0].pem: is required")]
    public void Wrong_value_is_listed_with_its_path(string member, string problem)
    {
        var file = Parse($$"""[{"key":"a","name":"A","corpId":"ww1",{{member}}}]""");

        Assert.Empty(file.Tenants);
        Assert.StartsWith("[0]." + problem, Assert.Single(file.Problems), StringComparison.Ordinal);
    }

    /// <summary>They come along when text is copied from a chat, and WeCom would only say that the secret is wrong.</summary>
    [Theory]
    [InlineData("abc\u200bdef", "character 4 is U+200B, which cannot be seen;")]
    [InlineData("\ufeffabcdef", "character 1 is U+FEFF, which cannot be seen;")]
    [InlineData("abcdef\u00a0", "character 7 is U+00A0, which cannot be seen;")]
    [InlineData("abc\u3000def", "character 4 is U+3000, which cannot be seen;")]
    [InlineData("\uff21bcdef", "character 1 is 'Ａ' (U+FF21), the full-width form of 'A';")]
    [InlineData("abc\uff0ddef", "character 4 is '－' (U+FF0D), the full-width form of '-';")]
    [InlineData("ab\u0441def", "character 3 is 'с' (U+0441), which is not ASCII;")]
    [InlineData("a\U000e0041b", "character 2 is U+E0041, which cannot be seen;")]
    [InlineData("a\U0001f511b\u200b", "character 2 is '🔑' (U+1F511), which is not ASCII;")]
    public void Character_that_is_not_ascii_is_named_with_its_place(string value, string problem)
    {
        environment["COPIED"] = value;
        File.WriteAllText(Path.Combine(directory.FullName, "copied"), "x" + value);
        var file = Parse($$$"""
            [{"key":"{{{value}}}","name":"{{{value}}}","corpId":"{{{value}}}","timeZone":"{{{value}}}","schedules":{"full":"{{{value}}}"},
              "app":{"secret":{"env":"COPIED"},"token":"{{{value}}}","encodingAesKey":{"env":"COPIED"} },
              "archive":{"secret":{"file":"copied"},"privateKeys":[{"version":1,"pem":{"env":"COPIED"} }]}}]
            """);

        string[] paths = ["app.encodingAesKey", "app.secret", "app.token", "archive.privateKeys[0].pem", "corpId", "key", "schedules.full", "timeZone"];
        var place = value.EnumerateRunes().TakeWhile(rune => rune.IsAscii).Count() + 1;
        var second = problem.Replace($"character {place} ", $"character {place + 1} ", StringComparison.Ordinal);
        Assert.Equal(
            paths.Select(path => $"[0].{path}: {problem} copy it again, or type it")
                .Append($"[0].archive.secret: {second} copy it again, or type it").Order(StringComparer.Ordinal),
            file.Problems.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Notes_around_a_private_key_may_be_in_any_language()
    {
        using var rsa = RSA.Create(1024);
        Assert.Null(TextRules.PrivateKey($"会话存档\n{rsa.ExportRSAPrivateKeyPem()}\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Acme")]
    [InlineData("a b")]
    [InlineData("-a")]
    [InlineData("é")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Key_must_be_short_and_typeable(string key) => Assert.NotNull(TextRules.Key(key));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("two\nlines")]
    [InlineData("nul\0")]
    public void Name_must_be_one_line_of_text(string name) => Assert.NotNull(TextRules.Name(name));

    [Theory]
    [InlineData("ww9f3c1e7a5b2d4860", true)]
    [InlineData("wx5823bf96d3bd56c7", true)]
    [InlineData("wpDdbKDQAAxQyd_2-x", true)]
    [InlineData("1000002", false)]
    [InlineData("ww", false)]
    [InlineData("ww9f3c1e7a 5b2d4860", false)]
    public void Corp_id_has_the_form_of_one(string corpId, bool valid) => Assert.Equal(valid, TextRules.CorpId(corpId) is null);

    [Fact]
    public void Public_keys_and_keys_with_a_password_are_no_private_keys()
    {
        using var rsa = RSA.Create(1024);
        using var ec = ECDsa.Create();
        Assert.Null(TextRules.PrivateKey(rsa.ExportRSAPrivateKeyPem()));
        Assert.NotNull(TextRules.PrivateKey(rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.NotNull(TextRules.PrivateKey(rsa.ExportEncryptedPkcs8PrivateKeyPem(
            "password", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1))));
        Assert.NotNull(TextRules.PrivateKey(ec.ExportPkcs8PrivateKeyPem()));
    }

    [Fact]
    public void Every_problem_is_listed_and_none_repeats_a_value()
    {
        const string Value = "s3cret!value";
        var file = Parse($$$"""
            [{"key":"{{{Value}}}","name":"{{{Value}}}\n","corpId":"{{{Value}}}","timeZone":"{{{Value}}}",
              "app":{"agentId":"{{{Value}}}","secret":"{{{Value}}} ","token":"{{{Value}}}","encodingAesKey":"{{{Value}}}"},
              "contacts":"{{{Value}}}","customers":{"secret":["{{{Value}}}"]},
              "archive":{"privateKeys":[{"version":"{{{Value}}}","pem":"{{{Value}}}"}]},
              "schedules":{"full":"{{{Value}}}"}},
             {"key":"a","name":"A","corpId":"ww1"},{"key":"a","name":"A","corpId":"ww2"}]
            """);

        Assert.Equal(
            [
                "[0].app.agentId", "[0].app.encodingAesKey", "[0].app.secret", "[0].app.token", "[0].archive.privateKeys[0].pem",
                "[0].archive.privateKeys[0].version", "[0].contacts", "[0].corpId", "[0].customers.secret", "[0].key", "[0].name",
                "[0].schedules.full", "[0].timeZone", "[2].key",
            ],
            file.Problems.Select(problem => problem[..problem.IndexOf(':')]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(file.Problems, problem => problem.Contains(Value, StringComparison.Ordinal));
        Assert.Contains("[2].key: is the key of [1] too; every tenant needs its own", file.Problems);
    }

    [Theory]
    [InlineData("[{\"key\":\"a\",\n  \"name\":\"中文\" \"s3cret\"}]", "line 2, column 15")]
    [InlineData("[\n\n{\"key\":s3cret}]", "line 3, column 8")]
    [InlineData("", "line 1, column 1")]
    [InlineData("[]\n[]", "line 2, column 1")]
    [InlineData("[{\"key\":\"a\"},]", "line 1, column 14")]
    public void Broken_JSON_is_placed_by_line_and_column_and_not_repeated(string json, string place)
    {
        var problem = Assert.Single(Parse(json).Problems);

        Assert.StartsWith(place + ":", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void File_with_a_byte_order_mark_is_read_and_one_in_another_encoding_refused()
    {
        var json = """[{"key":"a","name":"企业","corpId":"ww1"}]""";
        Assert.Single(TenantFile.Parse([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(json)], Sources()).Tenants);
        Assert.Equal(
            ["the file is not UTF-8 text. Save it as UTF-8."],
            TenantFile.Parse(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(json)).ToArray(), Sources()).Problems);
    }

    [Fact]
    public void Any_text_may_come_from_the_environment_or_from_a_file_beside_the_tenant_file()
    {
        environment["ACME_KEY"] = "acme";
        Directory.CreateDirectory(Path.Combine(directory.FullName, "secrets"));
        File.WriteAllText(Path.Combine(directory.FullName, "secrets", "app"), "fromFile\r\n");

        var file = Parse("""
            [{"key":{"env":"ACME_KEY"},"name":"A","corpId":"ww1","app":{"secret":{"file":"secrets/app"}}}]
            """);

        Assert.Empty(file.Problems);
        Assert.Equal(("acme", "fromFile"), (file.Tenants[0].Key, file.Tenants[0].Channels[Channel.App].Secret));
    }

    [Theory]
    [InlineData("""{"env":"MISSING"}""", "the environment variable MISSING is not set")]
    [InlineData("""{"env":""}""", "must be a string, {\"env\":\"NAME\"} or {\"file\":\"PATH\"}; the name is empty")]
    [InlineData("""{"env":"A","file":"B"}""", "must be a string, {\"env\":\"NAME\"} or {\"file\":\"PATH\"}")]
    [InlineData("""{"vault":"A"}""", "must be a string, {\"env\":\"NAME\"} or {\"file\":\"PATH\"}")]
    [InlineData("{}", "must be a string, {\"env\":\"NAME\"} or {\"file\":\"PATH\"}")]
    [InlineData("""{"file":"missing.txt"}""", "the file missing.txt does not exist in ")]
    [InlineData("""{"file":"."}""", "the file . cannot be read; check that it is a file and its rights")]
    [InlineData("""{"file":"binary"}""", "the file binary is not UTF-8 text")]
    [InlineData("""{"file":"/dev/zero"}""", "the file /dev/zero is longer than 64 KiB")]
    [InlineData("""{"env":"EMPTY"}""", "is empty")]
    public void Reference_that_leads_nowhere_is_listed_with_its_path(string reference, string problem)
    {
        environment["EMPTY"] = "";
        File.WriteAllBytes(Path.Combine(directory.FullName, "binary"), [0xC3, 0x28]);
        var file = Parse($$"""[{"key":"a","name":"A","corpId":"ww1","app":{"secret":{{reference}} } }]""");

        Assert.StartsWith($"[0].app.secret: {problem}", Assert.Single(file.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_does_not_exist_is_bad_input()
    {
        var path = Path.Combine(directory.FullName, "none.json");
        var bad = await Assert.ThrowsAsync<BadInputException>(() => TenantFile.ReadAsync(path, TestContext.Current.CancellationToken));
        Assert.Contains("cannot be read; nothing was changed", bad.Message, StringComparison.Ordinal);
    }

    private TenantFile Parse(string json) => TenantFile.Parse(Encoding.UTF8.GetBytes(json), Sources());

    private TextSources Sources() => new(directory.FullName, name => environment.GetValueOrDefault(name));
}
