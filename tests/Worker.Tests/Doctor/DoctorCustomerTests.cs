using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Doctor;
using Xunit;

namespace WeComSync.Worker.Tests.Doctor;

/// <summary>What the doctor says of customers, in each situation that a company can be in.</summary>
public sealed class DoctorCustomerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new()
    {
        People = 6, Departments = 2, Seed = 72, Customers = new CustomerOptions { Count = 20, Relations = 30, IdleShare = 0 },
    };

    [Fact]
    public async Task Company_in_order_has_its_members_listed_application_and_developer_id_named()
    {
        await using var scene = await DoctorScene.StartAsync(database, Company);

        var lines = await scene.ExamineAsync();

        Assert.Contains("6 members", Line(lines, Checks.Customers).What, StringComparison.Ordinal);
        Assert.Contains("可调用接口的应用", Line(lines, Checks.CustomerApplication).What, StringComparison.Ordinal);
        Assert.Contains("is bound", Line(lines, Checks.DeveloperId).What, StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.Verdict == DoctorVerdict.Wrong);
    }

    [Fact]
    public async Task Application_that_is_not_listed_is_told_where_to_list_it()
    {
        await using var scene = await DoctorScene.StartAsync(database, Company);
        scene.Corp.App.IsListed = false;

        var line = await scene.LineAsync(Checks.Customers, DoctorLanguage.Chinese);

        Assert.Equal((DoctorVerdict.Ok, 48002), (line.Verdict, line.Code));
        Assert.Contains("可调用接口的应用", line.Step!, StringComparison.Ordinal);
        Assert.DoesNotContain(await scene.ExamineAsync(), l => l.Check == Checks.DeveloperId.English);
    }

    /// <summary>The same code with another meaning: the secret entered for customers is that of contact sync.</summary>
    [Fact]
    public async Task Contact_sync_secret_in_the_place_of_the_customer_secret_is_named()
    {
        await using var scene = await DoctorScene.StartAsync(database, Company);
        await AddCustomerSecretAsync(scene, scene.Corp.Contacts.Secret);

        var lines = await scene.ExamineAsync();

        Assert.Contains("contact sync", Line(lines, Checks.Customers).What, StringComparison.Ordinal);
        Assert.Equal(DoctorVerdict.Ok, Line(lines, Checks.CustomerApplication).Verdict);
    }

    [Fact]
    public async Task Customer_secret_without_a_listed_application_is_a_warning()
    {
        await using var scene = await DoctorScene.StartAsync(database, Company);
        await AddCustomerSecretAsync(scene, scene.Corp.CustomerContact.Secret);
        scene.Corp.App.IsListed = false;

        var lines = await scene.ExamineAsync();

        Assert.Equal(DoctorVerdict.Ok, Line(lines, Checks.Customers).Verdict);
        Assert.Equal((DoctorVerdict.Warning, 48002), (Line(lines, Checks.CustomerApplication).Verdict, Line(lines, Checks.CustomerApplication).Code));
    }

    [Fact]
    public async Task Missing_developer_id_is_a_warning_with_its_page()
    {
        await using var scene = await DoctorScene.StartAsync(database, Company);
        scene.Corp.Customers.DeveloperAccount = null;

        var line = await scene.LineAsync(Checks.DeveloperId, DoctorLanguage.Chinese);

        Assert.Equal(DoctorVerdict.Warning, line.Verdict);
        Assert.Contains("微信开发者ID", line.Step!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Company_whose_members_have_no_customers_yet_is_in_order()
    {
        await using var scene = await DoctorScene.StartAsync(database, Company with { Customers = new CustomerOptions() });

        Assert.Equal(DoctorVerdict.Ok, (await scene.LineAsync(Checks.DeveloperId)).Verdict);
    }

    [Fact]
    public async Task Nobody_with_the_function_is_told_where_to_add_members()
    {
        await using var scene = await DoctorScene.StartAsync(database, Company);
        scene.Corp.Customers.ServiceRange = VisibleRange.Nothing;

        var line = await scene.LineAsync(Checks.Customers);

        Assert.Contains("使用范围", line.Step!, StringComparison.Ordinal);
    }

    private static DoctorLine Line(IEnumerable<DoctorLine> lines, Words check) => Assert.Single(lines, line => line.Check == check.English);

    private Task AddCustomerSecretAsync(DoctorScene scene, string secret) => scene.ChangeAsync((_, tenant) =>
    {
        tenant.Settings.Add(new WeComSettings
        {
            TenantId = tenant.Id,
            Channel = Channel.Customers,
            Secret = database.Protector.Protect(tenant.Id, SecretFields.Secret(Channel.Customers), secret),
            SecretSetAt = DateTimeOffset.UtcNow,
        });
        return Task.CompletedTask;
    });
}
