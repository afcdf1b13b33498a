using System.Globalization;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Tests.Callbacks;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Customers;

public sealed class CustomerEventTests(SharedHost shared)
{
    // Nobody listens there, and nothing is sent: the events are read in the log.
    private static readonly CallbackTarget Nowhere = new("http://127.0.0.1:9/", Receiver.Token, Receiver.Key);

    [Fact]
    public async Task Adding_editing_and_deleting_from_both_sides_are_told()
    {
        var corp = await AddCorpAsync();
        corp.Customers.Add("a", "wm1", follow => follow with { State = "shop-0021" });
        corp.Customers.Edit("a", "wm1", follow => follow with { Remark = "r" });
        corp.Customers.DeleteByCustomer("a", "wm1");
        corp.Customers.Delete("a", "wm1");
        corp.Customers.Add("a", "wo2", follow => follow with { State = null });

        var told = await ToldAsync(corp.App.Callbacks);

        Assert.Equal(5, told.Length);
        Assert.Matches(
            Contact("add_external_contact", "wm1") + @" <State><!\[CDATA\[shop-0021\]\]></State> <WelcomeCode><!\[CDATA\[[\w-]{43}\]\]></WelcomeCode>$", told[0]);
        Assert.Matches(Contact("edit_external_contact", "wm1") + "$", told[1]);
        Assert.Matches(Contact("del_follow_user", "wm1") + "$", told[2]);
        Assert.Matches(Contact("del_external_contact", "wm1") + "$", told[3]);
        Assert.Matches(Contact("add_external_contact", "wo2") + "$", told[4]);
    }

    [Fact]
    public async Task A_half_adding_is_told_with_the_welcome_code_and_its_completion_without()
    {
        var corp = await AddCorpAsync();
        corp.Customers.AddHalf("a", "wm1", "poster-7");
        corp.Customers.Add("a", "wm1");

        var told = await ToldAsync(corp.App.Callbacks);

        Assert.Matches(Contact("add_half_external_contact", "wm1") + @" <State><!\[CDATA\[poster-7\]\]></State> <WelcomeCode>.*</WelcomeCode>$", told[0]);
        Assert.Matches(Contact("add_external_contact", "wm1") + @" <State><!\[CDATA\[poster-7\]\]></State>$", told[1]);
        Assert.Equal("poster-7", corp.Customers.Find("a", "wm1")!.Follow.State);
    }

    [Fact]
    public async Task A_transfer_ends_with_its_two_events_or_fails_with_one()
    {
        var corp = await AddCorpAsync();
        foreach (var id in (string[])["wm1", "wm2", "wm3", "wmBoth"])
            corp.Customers.Silently(() => corp.Customers.Add("a", id));
        corp.Customers.Silently(() => corp.Customers.Add("b", "wmBoth"));
        foreach (var id in (string[])["wm1", "wm2", "wm3", "wmBoth"])
            Assert.Equal(0, corp.Customers.BeginTransfer("a", "b", id));

        corp.Customers.CompleteTransfer("wm1");
        corp.Customers.FailTransfer("wm2");
        corp.Customers.FailTransfer("wm3", takerIsFull: true);
        corp.Customers.CompleteTransfer("wmBoth");

        var told = await ToldAsync(corp.App.Callbacks);
        Assert.Matches(Contact("add_external_contact", "wm1", "b"), told[0]);
        Assert.Matches(Contact("del_external_contact", "wm1") + @" <Source><!\[CDATA\[DELETE_BY_TRANSFER\]\]></Source>$", told[1]);
        Assert.Matches(Contact("transfer_fail", "wm2", "b") + @" <FailReason><!\[CDATA\[customer_refused\]\]></FailReason>$", told[2]);
        Assert.Matches(Contact("transfer_fail", "wm3", "b") + @" <FailReason><!\[CDATA\[customer_limit_exceed\]\]></FailReason>$", told[3]);
        Assert.Matches(Contact("del_external_contact", "wmBoth") + " <Source>", told[4]);
        Assert.Equal(5, told.Length);
        Assert.Equal(["wm2", "wm3"], corp.Customers.RelationsOf("a").Select(relation => relation.ExternalUserId).Order());
        Assert.Equal(["wm1", "wmBoth"], corp.Customers.RelationsOf("b").Select(relation => relation.ExternalUserId).Order());
    }

    [Fact]
    public async Task Tags_are_told_one_by_one_but_a_deleted_group_once()
    {
        var corp = await AddCorpAsync();
        var group = corp.Customers.AddTagGroup("等级", "金卡", "银卡");
        var added = corp.Customers.AddTag(group.Id, "铜卡");
        corp.Customers.RenameTag(added.Id, "铁卡");
        corp.Customers.RenameTag(group.Id, "级别");
        corp.Customers.ShuffleTags(group.Id);
        corp.Customers.ShuffleTags();
        corp.Customers.DeleteTag(added.Id);
        corp.Customers.DeleteTag(group.Id);

        var told = await ToldAsync(corp.App.Callbacks);
        var asSystem = await ToldAsync(corp.CustomerCallbacks);

        string[] expected =
        [
            Tag("create", group.Id, "tag_group"), Tag("create", group.Tags[0].Id, "tag"), Tag("create", group.Tags[1].Id, "tag"),
            Tag("create", added.Id, "tag"), Tag("update", added.Id, "tag"), Tag("update", group.Id, "tag_group"),
            Shuffle(group.Id), Shuffle(""), Tag("delete", added.Id, "tag"), Tag("delete", group.Id, "tag_group"),
        ];
        Assert.Equal(expected, told);
        Assert.Equal(expected.Select(text => text.Replace("</TagType>", "</TagType> <StrategyId><![CDATA[]]></StrategyId>", StringComparison.Ordinal)), asSystem);
        Assert.Empty(corp.Customers.TagGroups);

        static string Tag(string change, string id, string type) =>
            $"<Event><![CDATA[change_external_tag]]></Event> <Id><![CDATA[{id}]]></Id> <TagType><![CDATA[{type}]]></TagType> <ChangeType><![CDATA[{change}]]></ChangeType>";
        static string Shuffle(string id) =>
            $"<Event><![CDATA[change_external_tag]]></Event> <Id><![CDATA[{id}]]></Id> <StrategyId><![CDATA[]]></StrategyId> <ChangeType><![CDATA[shuffle]]></ChangeType>";
    }

    [Fact]
    public async Task Groups_are_told_with_details_and_a_chain_of_versions()
    {
        var corp = await AddCorpAsync();
        var customers = corp.Customers;
        var created = customers.AddChat("a", "群", "b");
        var id = created.ChatId;
        var joined = customers.JoinChat(id, ["wm1", "wm2"], joinScene: 3);
        customers.RenameChat(id, "新名");
        customers.SetChatNotice(id, "公告");
        customers.ChangeChatOwner(id, "b");
        var left = customers.LeaveChat(id, ["wm1", "wmNeverThere"], quitScene: 1);
        customers.DismissChat(id);

        var told = await ToldAsync(corp.App.Callbacks);

        Assert.Equal(
            [
                Chat("create"),
                $"{Chat("update")} <UpdateDetail><![CDATA[add_member]]></UpdateDetail> <JoinScene>3</JoinScene> <QuitScene>0</QuitScene> <MemChangeCnt>2</MemChangeCnt> "
                    + $"<MemChangeList><Item>wm1</Item><Item>wm2</Item></MemChangeList> <LastMemVer>{created.MemberVersion}</LastMemVer> <CurMemVer>{joined.MemberVersion}</CurMemVer>",
                $"{Chat("update")} <UpdateDetail><![CDATA[change_name]]></UpdateDetail>",
                $"{Chat("update")} <UpdateDetail><![CDATA[change_notice]]></UpdateDetail>",
                $"{Chat("update")} <UpdateDetail><![CDATA[change_owner]]></UpdateDetail>",
                $"{Chat("update")} <UpdateDetail><![CDATA[del_member]]></UpdateDetail> <JoinScene>0</JoinScene> <QuitScene>1</QuitScene> <MemChangeCnt>1</MemChangeCnt> "
                    + $"<MemChangeList><Item>wm1</Item></MemChangeList> <LastMemVer>{joined.MemberVersion}</LastMemVer> <CurMemVer>{left.MemberVersion}</CurMemVer>",
                Chat("dismiss"),
            ],
            told);
        Assert.Equal(3, ((string[])[created.MemberVersion, joined.MemberVersion, left.MemberVersion]).Distinct().Count());

        string Chat(string change) =>
            $"<Event><![CDATA[change_external_chat]]></Event> <ChatId><![CDATA[{id}]]></ChatId> <ChangeType><![CDATA[{change}]]></ChangeType>";
    }

    [Fact]
    public async Task An_application_is_told_only_of_members_in_its_range_and_only_if_listed()
    {
        var corp = await AddCorpAsync();
        corp.App.Range = new VisibleRange(["a"], [], []);
        corp.Customers.Add("a", "wm1");
        corp.Customers.Add("b", "wm1");
        corp.Customers.AddChat("b", "群");
        Assert.Single(await ToldAsync(corp.App.Callbacks));
        Assert.Equal(3, (await ToldAsync(corp.CustomerCallbacks)).Length);

        corp.App.IsListed = false;
        corp.Customers.Delete("a", "wm1");

        Assert.Single(await ToldAsync(corp.App.Callbacks));
        Assert.Equal(4, (await ToldAsync(corp.CustomerCallbacks)).Length);
        Assert.Empty(await ToldAsync(corp.Callbacks));
    }

    [Fact]
    public async Task What_an_api_call_changes_and_what_customers_change_of_themselves_is_not_told()
    {
        var corp = await AddCorpAsync();

        corp.Customers.Silently(() =>
        {
            corp.Customers.Add("a", "wm1");
            corp.Customers.Edit("a", "wm1", follow => follow with { Remark = "by API" });
        });
        corp.Customers.EditCustomer("wm1", customer => customer with { Name = "x" });
        corp.Customers.DeveloperAccount = null;
        corp.Customers.ServiceRange = VisibleRange.Nothing;

        Assert.Empty(await ToldAsync(corp.App.Callbacks));
        Assert.Equal("by API", corp.Customers.Find("a", "wm1")!.Follow.Remark);
    }

    [Fact]
    public async Task Events_arrive_encrypted_at_the_server_of_each_channel()
    {
        await using var receiver = await Receiver.StartAsync();
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire("a", "a");
        await corp.App.Callbacks.SetTargetAsync(receiver.Target with { Url = $"{receiver.Url}/app" }, verify: false, Caller.Cancel);
        await corp.CustomerCallbacks.SetTargetAsync(receiver.Target with { Url = $"{receiver.Url}/customers" }, verify: false, Caller.Cancel);
        corp.App.Callbacks.Faults = new CallbackFaults { DuplicateProbability = 1, Seed = 2 };

        corp.Customers.Add("a", "wm1");
        await corp.App.Callbacks.WhenIdleAsync(Caller.Cancel);
        await corp.CustomerCallbacks.WhenIdleAsync(Caller.Cancel);

        Assert.Equal(3, receiver.Events.Count);
        Assert.All(receiver.Events, received => Assert.Equal((true, corp.Id, "sys", "wm1"), (received.IsSigned, received.ReceiveId, received.Field("FromUserName"), received.Field("ExternalUserID"))));
        // Each event server has a code of its own for the one welcome.
        Assert.Equal(2, receiver.Events.Select(received => received.Field("WelcomeCode")).Distinct().Count());
        Assert.Equal(corp.App.Callbacks.Log.Records()[0].CreateTime.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), receiver.Events[0].Field("CreateTime"));
    }

    private static string Contact(string change, string externalUserId, string userId = "a") =>
        $@"^<Event><!\[CDATA\[change_external_contact\]\]></Event> <ChangeType><!\[CDATA\[{change}\]\]></ChangeType> <UserID><!\[CDATA\[{userId}\]\]></UserID> <ExternalUserID><!\[CDATA\[{externalUserId}\]\]></ExternalUserID>";

    private static async Task<string[]> ToldAsync(CallbackChannel channel)
    {
        await channel.WhenIdleAsync(Caller.Cancel);
        return [.. channel.Log.Records().Select(record =>
            record.Xml[record.Xml.IndexOf("<Event>", StringComparison.Ordinal)..^"</xml>".Length].Trim().ReplaceLineEndings(" "))];
    }

    private async Task<Corp> AddCorpAsync()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        foreach (var userId in (string[])["a", "b"])
            corp.World.Hire(userId, userId);
        foreach (var channel in (CallbackChannel[])[corp.App.Callbacks, corp.CustomerCallbacks, corp.Callbacks])
        {
            channel.Faults = new CallbackFaults { DropProbability = 1 };
            await channel.SetTargetAsync(Nowhere, verify: false, Caller.Cancel);
        }
        return corp;
    }
}
