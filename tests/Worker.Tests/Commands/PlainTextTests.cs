using WeComSync.Worker.Commands;
using Xunit;

namespace WeComSync.Worker.Tests.Commands;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("研发部 R&D [red]", "研发部 R&D [red]")]
    [InlineData("a\u001b[31mred\u0007", "a[31mred")]
    [InlineData("two\r\nlines\tand\u2028more", "two  lines and more")]
    [InlineData("user\u202Etxt.exe\u2066", "usertxt.exe")]
    [InlineData("\u009b31m", "31m")]
    public void What_a_terminal_would_obey_is_taken_out(string text, string plain) => Assert.Equal(plain, PlainText.OneLine(text));
}
