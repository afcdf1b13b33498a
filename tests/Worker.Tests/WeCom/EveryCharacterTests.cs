using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Contacts;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>Text that people have goes to WeCom, which refuses <c>\uXXXX</c>, and comes back into the mirror as it was.</summary>
public sealed class EveryCharacterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int InName = 60;
    private const int InPosition = 120;

    [Fact]
    public async Task Characters_of_every_block_are_written_and_mirrored_as_they_are()
    {
        var texts = OfEveryBlock().Chunk(InName + InPosition)
            .Select(chunk => (Name: $"名{string.Concat(chunk.Take(InName))}末", Position: $"客{string.Concat(chunk.Skip(InName))}🎧")).ToList();
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = texts.Count, Departments = 2, Seed = 61 });
        var writer = harness.Services.GetRequiredService<ContactWriter>();
        var contacts = new WeComCaller(harness.Tenant.Id, harness.Corp.Id, Channel.Contacts);
        var people = harness.World.People.Select(p => p.UserId).ToList();

        foreach (var (userId, text) in people.Zip(texts))
        {
            await writer.UpdateUserAsync(contacts, new WrittenUser(userId) { Name = text.Name, Position = text.Position }, TestContext.Current.CancellationToken);
            Assert.Equal(text, (harness.World.FindPerson(userId)!.Name, harness.World.FindPerson(userId)!.Position));
        }

        var department = await writer.CreateDepartmentAsync(
            contacts, new WrittenDepartment { Name = "𬭎　部\u00A0🎧", Parentid = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal("𬭎　部\u00A0🎧", harness.World.FindDepartment(department)!.Name);

        await harness.MirrorAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    /// <summary>
    /// Blocks of Unicode begin and end at multiples of 16: the first, the middle and the last assigned code point of each sixteen are
    /// those of each block too. The private blocks, which are assigned as a whole, are taken in larger pieces.
    /// </summary>
    private static IEnumerable<string> OfEveryBlock() =>
        Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(code => new Rune(code))
            .GroupBy(rune => (Rune.GetUnicodeCategory(rune), rune.Value) switch
            {
                (UnicodeCategory.Control or UnicodeCategory.OtherNotAssigned, _) => -1,
                (UnicodeCategory.PrivateUse, var code) => code / 0x800 * 0x800,
                (_, var code) => code / 16 * 16,
            })
            .Where(piece => piece.Key >= 0)
            .SelectMany(piece => piece.ToArray() is var runes ? new[] { runes[0], runes[runes.Length / 2], runes[^1] } : [])
            .Distinct().Select(rune => rune.ToString());
}
