using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;

namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>Identity's refusals in the page's language; those that people can meet.</summary>
internal sealed class AccountErrors(IStringLocalizer<Texts> texts) : IdentityErrorDescriber
{
    public override IdentityError PasswordTooShort(int length) => Of(nameof(PasswordTooShort), texts["密码至少 {0} 个字符。", length]);

    public override IdentityError PasswordRequiresUniqueChars(int uniqueChars) =>
        Of(nameof(PasswordRequiresUniqueChars), texts["密码至少包含 {0} 个不同的字符。", uniqueChars]);

    public override IdentityError PasswordMismatch() => Of(nameof(PasswordMismatch), texts["当前密码不正确。"]);

    public override IdentityError DuplicateEmail(string email) => Of(nameof(DuplicateEmail), texts["该邮箱已有账号。"]);

    public override IdentityError DuplicateUserName(string userName) => DuplicateEmail(userName);

    public override IdentityError InvalidEmail(string? email) => Of(nameof(InvalidEmail), texts["邮箱格式不正确。"]);

    public override IdentityError InvalidUserName(string? userName) => InvalidEmail(userName);

    private static IdentityError Of(string code, string text) => new() { Code = code, Description = text };
}
