using System.Reflection;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.Events;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Http;
using Xunit;

namespace WeComSync.Worker.Tests.Doctor;

/// <summary>What is stored in English is read in the visitor's language, with what to do.</summary>
public sealed class ExplanationTests
{
    public static TheoryData<string> Texts => [.. Fields().Select(text => text.Name)];

    public static TheoryData<int> Codes => [.. WeComErrors.Known];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_of_a_run_or_event_is_known_by_its_wording_and_said_in_Chinese(string name)
    {
        var text = (StoredText)Fields().Single(f => f.Name == name).GetValue(null)!;
        string[] values = [.. Enumerable.Range(0, text.Places).Select(place => $"v{place}")];

        var stored = text.With([.. values]);
        Assert.Equal(values, text.Read(stored));
        var explained = Explanation.Of(stored)!;

        Assert.Equal(text.Text.What.In(DoctorLanguage.Chinese, [.. values]), explained.What.Chinese);
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", explained.What.Chinese);
        Assert.DoesNotMatch(@"\{\d\}|[a-z]+ [a-z]+ [a-z]+", explained.What.Chinese + explained.Step?.Chinese);
        Assert.DoesNotMatch(@"\{\d\}", explained.What.English + explained.Step?.English);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Refusal_of_WeCom_is_told_with_its_code_and_a_step_and_keeps_WeComs_words(int code)
    {
        var refused = WeComErrors.From("user/get", code, "the words of WeCom, hint: [1]", null);

        var explained = Explanation.Of(refused.Message, refused.Action)!;

        Assert.Contains($"{code}", explained.What.Chinese, StringComparison.Ordinal);
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", explained.Step!.Chinese);
        Assert.DoesNotMatch(@"\{\d\}|tenants (apply|resume)|tenant file|[a-z]+ [a-z]+ [a-z]+", explained.What.Chinese + explained.Step.Chinese);
        Assert.DoesNotMatch(@"\{\d\}|tenants (apply|resume)|tenant file", explained.What.English + explained.Step.English);
        Assert.Equal($"user/get {code}: the words of WeCom", explained.Detail);
    }

    [Fact]
    public void Address_that_WeCom_saw_is_named_in_the_step()
    {
        var refused = WeComErrors.From("department/simplelist", 60020, "not allow to access from your ip, hint: [1], from ip: 203.0.113.77, more info at https://x", null);

        var explained = Explanation.Of(refused.Message, refused.Action)!;

        Assert.Contains("203.0.113.77", explained.What.Chinese, StringComparison.Ordinal);
        Assert.Contains("管理工具 → 通讯录同步", explained.Step!.Chinese, StringComparison.Ordinal);
        Assert.Contains("203.0.113.77", explained.Step.Chinese, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60020)]
    [InlineData(301042)]
    public void Address_of_ipv6_is_told_as_what_WeCom_cannot_trust(int code)
    {
        var refused = WeComErrors.From("department/simplelist", code, "not allow to access from your ip, from ip: 2408:4002::b3a", null);
        var finding = DoctorVisit.Failed(Checks.Address, WeComSync.Domain.Tenants.Channel.Contacts, refused).InConsole(DoctorLanguage.Chinese);

        var explained = Explanation.Of(refused.Message, refused.Action)!;

        Assert.Equal($"企业微信拒绝本服务器（{code}）：调用来自 IPv6 地址 2408:4002::b3a，而企业微信的可信IP只支持 IPv4。", explained.What.Chinese);
        Assert.Equal("请运维人员让本服务器通过 IPv4 访问企业微信，然后在 管理工具 → 通讯录同步 → 企业可信IP → 配置 中加入该公网 IPv4 地址，等待一分钟，再恢复同步。", explained.Step!.Chinese);
        Assert.Equal((explained.What.Chinese, explained.Step.Chinese), (finding.What, finding.Step));
        Assert.Equal($"WeCom does not let this server in ({code}): the call came over IPv6, from 2408:4002::b3a, and WeCom trusts IPv4 addresses only.", explained.What.English);
        Assert.DoesNotContain("2408", explained.Step.English + explained.Step.Chinese, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_without_its_list_is_no_trouble_of_the_network()
    {
        var fault = WeComFault.NoList("user/list");

        var explained = Explanation.Of(fault.Message)!;

        Assert.Equal(SyncTexts.Incomplete.Text.What, explained.What);
        Assert.Equal(SyncTexts.Incomplete.Text.Step, explained.Step);
        var said = $"{fault.Message} {explained} {CodeTexts.Incomplete}";
        Assert.DoesNotMatch("DNS|[Pp]roxy|network|网络", said);
    }

    [Fact]
    public void First_of_many_refusals_is_told_inside_the_sentence_about_all()
    {
        var first = WeComErrors.From("user/get", 60111, "userid not found", null).Message;

        var explained = Explanation.Of(SyncTexts.NotWhole.With(3, SyncTexts.CustomersNotRead.With("zhang", first)))!;

        Assert.StartsWith("有 3 个对象未能读取，保持原样。第一个：无法读取 zhang 的客户，保持原样。", explained.What.Chinese, StringComparison.Ordinal);
        Assert.Contains("60111", explained.What.Chinese, StringComparison.Ordinal);
        Assert.NotNull(explained.Step);
        Assert.Equal("user/get 60111: userid not found", explained.Detail);
    }

    [Fact]
    public void What_is_held_is_the_step_of_a_run_that_read_everything()
    {
        var explained = Explanation.Of(null, SyncTexts.Held.With(12, "acme", "full", 7, "acme"))!;

        Assert.Contains("12", explained.What.Chinese, StringComparison.Ordinal);
        Assert.DoesNotContain("acme", explained.What.Chinese + explained.What.English, StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_is_told_apart_from_refusals()
    {
        var explained = Explanation.Of(WeComFault.Passing("gettoken", "no answer within 10 s, also at the last of 4 tries").Message)!;

        Assert.Equal("企业微信没有给出可用的答复。", explained.What.Chinese);
        Assert.Equal("gettoken: no answer within 10 s, also at the last of 4 tries", explained.Detail);
        Assert.NotNull(explained.Step);
    }

    [Fact]
    public void Unknown_text_is_kept_as_the_detail()
    {
        Assert.Null(Explanation.Of(null));
        Assert.Null(Explanation.Of(""));
        Assert.Equal(new Explanation(Explanation.Of("x")!.What, null, "Something that no release said. Do it."), Explanation.Of("Something that no release said.", "Do it."));
    }

    private static List<FieldInfo> Fields()
    {
        var fields = new[] { typeof(SyncTexts), typeof(EventTexts) }.SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).ToList();
        Assert.Equal(fields.Select(field => field.GetValue(null)), SyncTexts.All.Concat(EventTexts.All));
        return fields;
    }
}
