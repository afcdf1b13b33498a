using System.Net;
using System.Text.RegularExpressions;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed partial class SettingsTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const string Secret = "canarySecretThatNoPageShows0123456789abcdef";
    private const string Token = "canaryToken0123456789";
    private const string AesKey = "canaryAesKey0123456789abcdefghijklmnopqrstu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Credentials_are_saved_encrypted_and_no_page_ever_shows_them()
    {
        var (browser, id, key) = await VisitAsync();
        using (browser)
        {
            using var saved = await SaveAsync(browser, key, ("contacts.secret", Secret), ("contacts.token", Token), ("contacts.encodingAesKey", AesKey));
            Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
            await using (var db = served.Database.OpenContext())
            {
                var stored = await db.WeComSettings.FindAsync([id, Channel.Contacts], Cancel);
                Assert.Equal(Secret, served.Database.Protector.Unprotect(id, SecretFields.Secret(Channel.Contacts), stored!.Secret!));
            }

            // What is left empty stays.
            using var again = await SaveAsync(browser, key, ("app.agentId", "1000002"), ("app.secret", Secret));
            Assert.Equal(HttpStatusCode.Found, again.StatusCode);
            await using (var db = served.Database.OpenContext())
            {
                Assert.NotNull((await db.WeComSettings.FindAsync([id, Channel.Contacts], Cancel))!.Token);
            }

            foreach (var page in new[] { "", "/wecom", "/settings", "/check", "/apps", "/guide", "/audit", "/sync", "/runs", "/events", "/departments", "/employees" })
            {
                var html = await browser.GetStringAsync(new Uri($"/e/{key}{page}", UriKind.Relative), Cancel);
                Assert.DoesNotContain("canary", html, StringComparison.OrdinalIgnoreCase);
            }

            Assert.Contains("contacts.secret, contacts.token, contacts.encodingAesKey",
                await served.Database.ReadAsync<string>("SELECT string_agg(detail, ' | ') FROM control.audit WHERE tenant_id = $1", id), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("contacts.token", AesKey)]
    [InlineData("contacts.encodingAesKey", "tooShort")]
    [InlineData("contacts.secret", "has a blank")]
    [InlineData("app.agentId", "one")]
    [InlineData("corpId", "nonsense")]
    [InlineData("contacts.token", Token)] // without its key
    public async Task Wrong_field_is_refused_with_the_reason_beside_it_and_nothing_is_saved(string field, string value)
    {
        var (browser, id, key) = await VisitAsync();
        using (browser)
        {
            using var answer = await SaveAsync(browser, key, (field, value));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            var html = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.Matches("<span id=\"[a-zA-Z-]+-problem\" class=\"problem\" aria-live=\"polite\">[^<]+<", html);
            Assert.Equal(0, await served.Database.ReadAsync<long>("SELECT count(*) FROM control.wecom_settings WHERE tenant_id = $1", id));
        }
    }

    /// <summary>They come along when text is copied from a chat, and WeCom would only say that the secret is wrong.</summary>
    [Theory]
    [InlineData("abc\u200bdef", "第 4 个字符是看不见的字符（U+200B）。请重新复制，或手工输入。", "Character 4 cannot be seen (U+200B). Copy it again, or type it.")]
    [InlineData("\uff21bcdef", "第 1 个字符是全角的“Ａ”（U+FF21），应为半角的“A”。请重新复制，或手工输入。", "Character 1 is “Ａ” (U+FF21), the full-width form of “A”. Copy it again, or type it.")]
    [InlineData("ab\u0441def", "第 3 个字符“с”（U+0441）不应出现在此处。请重新复制，或手工输入。", "Character 3 is “с” (U+0441), which does not belong here. Copy it again, or type it.")]
    public async Task Character_that_is_not_ascii_is_named_beside_its_field_and_nothing_is_saved(string value, string chinese, string english)
    {
        var (browser, id, key) = await VisitAsync();
        using (browser)
        {
            string[] fields = ["corpId", "app.agentId", "app.secret", "contacts.secret", "contacts.token", "contacts.encodingAesKey", "archive.version", "archive.pem"];
            foreach (var (language, told) in new[] { ("zh-CN", chinese), ("en", english) })
            {
                browser.DefaultRequestHeaders.Remove("Accept-Language");
                browser.DefaultRequestHeaders.Add("Accept-Language", language);
                using var answer = await SaveAsync(browser, key, [.. fields.Select(field => (field, value))]);
                Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
                var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel));
                Assert.Equal(fields.Length, Regex.Count(html, $"<span id=\"[a-zA-Z-]+-problem\" class=\"problem\" aria-live=\"polite\">{Regex.Escape(told)}<"));
            }

            Assert.Equal(0, await served.Database.ReadAsync<long>("SELECT count(*) FROM control.wecom_settings WHERE tenant_id = $1", id));
        }
    }

    [Fact]
    public async Task Second_of_two_who_save_at_once_is_told_what_changed_and_may_save_after()
    {
        var (browser, id, key) = await VisitAsync();
        using (browser)
        {
            var before = await VersionAsync(browser, key);
            using var first = await SaveAsync(browser, key, ("contacts.secret", Secret));
            Assert.Equal(HttpStatusCode.Found, first.StatusCode);

            using var second = await SaveAsync(browser, key, ("version", before), ("app.agentId", "7"), ("app.secret", Secret));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, second.StatusCode);
            var html = WebUtility.HtmlDecode(await second.Content.ReadAsStringAsync(Cancel));
            // What is typed is kept, but a secret does not even go back to whoever typed it.
            Assert.DoesNotContain("canary", html, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("通讯录 Secret", html, StringComparison.Ordinal);
            Assert.Contains("value=\"7\"", html, StringComparison.Ordinal);

            using var third = await SaveAsync(browser, key, ("version", Version().Match(html).Groups[1].Value), ("app.agentId", "7"), ("app.secret", Secret));
            Assert.Equal(HttpStatusCode.Found, third.StatusCode);
            Assert.Equal(2, await served.Database.ReadAsync<long>("SELECT count(*) FROM control.wecom_settings WHERE tenant_id = $1", id));
        }
    }

    [Fact]
    public async Task Reset_makes_new_callback_addresses()
    {
        var (browser, id, key) = await VisitAsync();
        using (browser)
        {
            var before = await served.Database.ReadAsync<string>("SELECT callback_key FROM control.tenants WHERE id = $1", id);
            using var reset = await browser.SubmitAsync($"/e/{key}/wecom", $"/e/{key}/wecom?handler=Reset");
            Assert.Equal(HttpStatusCode.Found, reset.StatusCode);
            Assert.NotEqual(before, await served.Database.ReadAsync<string>("SELECT callback_key FROM control.tenants WHERE id = $1", id));
        }
    }

    [GeneratedRegex("name=\"version\" value=\"([^\"]+)\"")]
    private static partial Regex Version();

    private async Task<(HttpClient Browser, long Id, string Key)> VisitAsync()
    {
        var id = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        await served.Database.ExecuteAsync("UPDATE control.tenants SET corp_id = 'ww0123456789abcdef' WHERE id = $1", id);
        var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync(email: await served.Database.AddAdministratorAsync(id));
        return (browser, id, await served.Database.KeyAsync(id));
    }

    private static async Task<string> VersionAsync(HttpClient browser, string key) =>
        WebUtility.HtmlDecode(Version().Match(await browser.GetStringAsync(new Uri($"/e/{key}/wecom", UriKind.Relative), Cancel)).Groups[1].Value);

    private static async Task<HttpResponseMessage> SaveAsync(HttpClient browser, string key, params (string Name, string Value)[] fields)
    {
        var form = new Dictionary<string, string> { ["version"] = await VersionAsync(browser, key), ["corpId"] = "ww0123456789abcdef", ["enabled"] = "true" };
        foreach (var (name, value) in fields)
        {
            form[name] = value;
        }

        return await browser.SubmitAsync($"/e/{key}/wecom", $"/e/{key}/wecom", [.. form.Select(field => (field.Key, field.Value))]);
    }
}
