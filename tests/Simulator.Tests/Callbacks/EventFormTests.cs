using System.Xml.Linq;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Callbacks;

public sealed class EventFormTests(SharedHost shared)
{
    // Nobody listens there, and nothing is sent: the events are read in the log.
    private static readonly CallbackTarget Nowhere = new("http://127.0.0.1:9/", Receiver.Token, Receiver.Key);

    [Fact]
    public async Task The_reduced_form_tells_who_came_moved_was_renamed_and_left_and_nothing_else()
    {
        var events = await EventsAsync(CallbackForm.Reduced, world =>
        {
            world.AddDepartment("一", id: 12);
            world.AddDepartment("二", id: 2_315_041_299);
            world.Hire(new Person { UserId = "a7f0", Name = "何", HasGeneratedUserId = true, Memberships = [new(12), new(2_315_041_299)] });
            world.Update("a7f0", person => person with { Name = "贺", Status = 2, Mobile = "13900001111", Memberships = [new(12, 5, true), new(2_315_041_299)] });
            world.Move("a7f0", 12);
            world.ChangeUserId("a7f0", "he");
            world.Leave("he");
            world.RenameDepartment(12, "三");
            world.MoveDepartment(2_315_041_299, 12);
            world.DeleteDepartment(2_315_041_299);
        });

        Assert.Equal(
            [
                "<ChangeType>create_party</ChangeType> <Id>12</Id> <ParentId><![CDATA[1]]></ParentId>",
                "<ChangeType>create_party</ChangeType> <Id>2315041299</Id> <ParentId><![CDATA[1]]></ParentId>",
                "<ChangeType>create_user</ChangeType> <UserID><![CDATA[a7f0]]></UserID> <Department><![CDATA[12,2315041299]]></Department>",
                "<ChangeType>update_user</ChangeType> <UserID><![CDATA[a7f0]]></UserID> <Department><![CDATA[12]]></Department>",
                "<ChangeType>update_user</ChangeType> <UserID><![CDATA[a7f0]]></UserID> <NewUserID><![CDATA[he]]></NewUserID> <Department><![CDATA[12]]></Department>",
                "<ChangeType>delete_user</ChangeType> <UserID><![CDATA[he]]></UserID>",
                "<ChangeType>update_party</ChangeType> <Id>2315041299</Id> <ParentId><![CDATA[12]]></ParentId>",
                "<ChangeType>delete_party</ChangeType> <Id>2315041299</Id>",
            ],
            events.Select(Told));
    }

    [Fact]
    public async Task What_the_contact_sync_secret_writes_is_not_told_to_the_contact_sync_assistant()
    {
        var events = await EventsAsync(CallbackForm.Reduced, world =>
        {
            world.ByContactSync(() => world.Hire("quiet", "quiet"));
            world.Hire("told", "told");
            world.ByContactSync(() => world.Leave("quiet"));
        });

        Assert.Contains("told", Told(Assert.Single(events)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_full_form_of_somebody_new_has_every_field_that_is_set()
    {
        var person = new Person
        {
            UserId = "HeYutong", Name = "何雨桐", Memberships = [new(12), new(34, 0, true)], DirectLeaders = ["LuoJian"], Position = "测试工程师",
            Mobile = "13900001111", Gender = 2, Email = "h@corp.example", BizMail = "h@mail.corp.example", Status = 4,
            Avatar = "https://img.example/avatar/0", Alias = "yutong", Telephone = "021-55550100", Address = "上海市",
            ExtFields = [new("工号", "A-1042"), new("主页", "个人页", "https://corp.example/p/1042")],
        };

        var events = await EventsAsync(CallbackForm.Full, world =>
        {
            world.AddDepartment("华东交付组", id: 12, order: 100_000_000);
            world.AddDepartment("二", id: 34);
            world.Hire("LuoJian", "罗");
            world.Hire(person);
        });

        Assert.Equal("<ChangeType>create_party</ChangeType> <Id>12</Id> <Name><![CDATA[华东交付组]]></Name> <ParentId><![CDATA[1]]></ParentId> <Order>100000000</Order>", Told(events[0]));
        Assert.Equal(
            "<ChangeType>create_user</ChangeType> <UserID><![CDATA[HeYutong]]></UserID> <Name><![CDATA[何雨桐]]></Name> "
            + "<Department><![CDATA[12,34]]></Department> <MainDepartment>12</MainDepartment> <IsLeaderInDept><![CDATA[0,1]]></IsLeaderInDept> "
            + "<DirectLeader><![CDATA[LuoJian]]></DirectLeader> <Position><![CDATA[测试工程师]]></Position> <Mobile>13900001111</Mobile> "
            + "<Gender>2</Gender> <Email><![CDATA[h@corp.example]]></Email> <BizMail><![CDATA[h@mail.corp.example]]></BizMail> <Status>4</Status> "
            + "<Avatar><![CDATA[https://img.example/avatar/0]]></Avatar> <Alias><![CDATA[yutong]]></Alias> "
            + "<Telephone><![CDATA[021-55550100]]></Telephone> <Address><![CDATA[上海市]]></Address> <ExtAttr> "
            + "<Item><Name><![CDATA[工号]]></Name><Type>0</Type><Text><Value><![CDATA[A-1042]]></Value></Text></Item> "
            + "<Item><Name><![CDATA[主页]]></Name><Type>1</Type><Web><Title><![CDATA[个人页]]></Title><Url><![CDATA[https://corp.example/p/1042]]></Url></Web></Item> "
            + "</ExtAttr>",
            Told(events[^1]));
    }

    [Fact]
    public async Task The_full_form_of_a_change_has_only_what_changed_and_what_was_emptied()
    {
        var events = await EventsAsync(CallbackForm.Full, world =>
        {
            world.AddDepartment("一", id: 12);
            world.Hire(new Person { UserId = "a", Name = "何", Position = "店长", Memberships = [new(12)] });
            world.Update("a", person => person with { Name = "a]]>\u0001&b", Position = "", Status = 2 });
            world.Update("a", person => person with { EnglishName = "He" });
            world.Move("a", 1);
            world.RenameDepartment(12, "二");
            world.UpdateDepartment(12, department => department with { Order = 9 });
        });

        Assert.Equal(
            [
                "<ChangeType>update_user</ChangeType> <UserID><![CDATA[a]]></UserID> <Name><![CDATA[a]]]]><![CDATA[>&b]]></Name> <Position><![CDATA[]]></Position> <Status>2</Status>",
                "<ChangeType>update_user</ChangeType> <UserID><![CDATA[a]]></UserID> <Department><![CDATA[1]]></Department> <MainDepartment>1</MainDepartment>",
                "<ChangeType>update_party</ChangeType> <Id>12</Id> <Name><![CDATA[二]]></Name>",
            ],
            events.Skip(2).Select(Told));
        Assert.Equal("a]]>&b", XElement.Parse(events[2].Xml).Element("Name")!.Value);
    }

    [Fact]
    public async Task Tags_tell_their_members_only_and_wrap_the_change_type()
    {
        var events = await EventsAsync(CallbackForm.Reduced, world =>
        {
            world.AddTag("一", 9);
            world.RenameTag(9, "二");
            world.Hire("a", "a");
            world.Hire("b", "b");
            world.AddToTag(9, ["a", "b"], [1]);
            world.RemoveFromTag(9, ["a"], [1]);
            world.DeleteTag(9);
        });

        Assert.Equal(
            [
                "<ChangeType><![CDATA[update_tag]]></ChangeType> <TagId>9</TagId> <AddUserItems><![CDATA[a,b]]></AddUserItems> <AddPartyItems><![CDATA[1]]></AddPartyItems>",
                "<ChangeType><![CDATA[update_tag]]></ChangeType> <TagId>9</TagId> <DelUserItems><![CDATA[a]]></DelUserItems> <DelPartyItems><![CDATA[1]]></DelPartyItems>",
            ],
            events.Skip(2).Select(Told));
    }

    [Fact]
    public async Task An_event_says_which_company_who_and_in_which_second()
    {
        var events = await EventsAsync(CallbackForm.Reduced, world => world.Hire("a", "a"));

        var record = Assert.Single(events);
        Assert.StartsWith("<xml><ToUserName><![CDATA[ww", record.Xml, StringComparison.Ordinal);
        Assert.Contains(
            $"""
            <FromUserName><![CDATA[sys]]></FromUserName>
            <CreateTime>{record.CreateTime.ToUnixTimeSeconds()}</CreateTime>
            <MsgType><![CDATA[event]]></MsgType>
            <Event><![CDATA[change_contact]]></Event>
            """,
            record.Xml,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_new_can_give_two_equal_updates_before_his_creation()
    {
        var events = await EventsAsync(
            CallbackForm.Reduced, world => world.Hire("a", "a"), settings => settings with { DoublesNewPeople = true });

        Assert.Equal(["update_user", "update_user", "create_user"], events.Select(record => record.ChangeType));
        Assert.Equal(events[0].Xml, events[1].Xml);
        Assert.Single(events.Select(record => record.CreateTime).Distinct());
    }

    private async Task<IReadOnlyList<CallbackRecord>> EventsAsync(
        CallbackForm form, Action<World> happens, Func<CallbackSettings, CallbackSettings>? with = null)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.Callbacks.Settings = with?.Invoke(corp.Callbacks.Settings) ?? corp.Callbacks.Settings;
        corp.Callbacks.Faults = new CallbackFaults { DropProbability = 1 };
        await corp.SetCallbackAsync(Nowhere with { Form = form }, verify: false, Caller.Cancel);
        happens(corp.World);
        await corp.Callbacks.WhenIdleAsync(Caller.Cancel);
        return corp.Callbacks.Log.Records();
    }

    /// <summary>From the change type on, in one line.</summary>
    private static string Told(CallbackRecord record)
    {
        var start = record.Xml.IndexOf("<ChangeType>", StringComparison.Ordinal);
        return record.Xml[start..^"</xml>".Length].Trim().ReplaceLineEndings(" ");
    }
}
