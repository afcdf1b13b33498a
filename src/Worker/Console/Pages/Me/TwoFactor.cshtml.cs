using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using QRCoder;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Accounts;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Switches the second factor on, after a code proved that the authenticator has the key, and off.</summary>
[FreshLogin]
internal sealed class TwoFactorModel(UserManager<Account> accounts, SignInManager<Account> signIn, SecretProtector protector, AuditLog audit) : ConsolePage
{
    private const int CodesGiven = 10;

    public bool On { get; private set; }

    public int CodesLeft { get; private set; }

    /// <summary>In groups of four, as people type it.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The QR code as a data address.</summary>
    public string Picture { get; private set; } = "";

    /// <summary>New recovery codes, shown once.</summary>
    public IReadOnlyList<string> Codes { get; private set; } = [];

    /// <summary>The key again, protected, for the form: nothing is stored before a code has shown that the authenticator has it.</summary>
    public string Offered { get; private set; } = "";

    public async Task OnGetAsync()
    {
        var account = (await accounts.GetUserAsync(User))!;
        await ShowAsync(account, accounts.GenerateNewAuthenticatorKey());
    }

    public async Task<IActionResult> OnPostOnAsync([FromForm] string? offered, [FromForm] string? code, CancellationToken ct)
    {
        var account = (await accounts.GetUserAsync(User))!;
        if (account.TwoFactor)
        {
            await ShowAsync(account, "");
            return Page();
        }

        if (Open(account, offered) is not { } key)
        {
            await ShowAsync(account, accounts.GenerateNewAuthenticatorKey());
            return Refused(T["这个页面已失效，请重新扫描二维码。"]);
        }

        account.AuthenticatorKey = offered;
        var digits = (code ?? "").Replace(" ", "", StringComparison.Ordinal);
        if (!await accounts.VerifyTwoFactorTokenAsync(account, TokenOptions.DefaultAuthenticatorProvider, digits))
        {
            account.AuthenticatorKey = null;
            await ShowAsync(account, key);
            return Refused(T["验证码不正确或已过期。"]);
        }

        await accounts.SetTwoFactorEnabledAsync(account, true);
        Codes = [.. (await accounts.GenerateNewTwoFactorRecoveryCodesAsync(account, CodesGiven))!];
        await audit.WriteAsync(AuditAction.TwoFactorOn, null, ct);
        await signIn.SignInAsync(account, isPersistent: false);
        return Page();
    }

    public async Task<IActionResult> OnPostOffAsync(CancellationToken ct)
    {
        var account = (await accounts.GetUserAsync(User))!;
        account.AuthenticatorKey = null;
        await accounts.SetTwoFactorEnabledAsync(account, false);
        await audit.WriteAsync(AuditAction.TwoFactorOff, null, ct);
        await signIn.SignInAsync(account, isPersistent: false);
        return Accepted("/account", T["两步验证已关闭。"]);
    }

    private async Task ShowAsync(Account account, string key)
    {
        On = account.TwoFactor;
        if (On)
        {
            CodesLeft = await accounts.CountRecoveryCodesAsync(account);
            return;
        }

        Offered = protector.Protect(AccountStore.NoTenant, SecretFields.AuthenticatorKey(account.Id), key);
        Key = string.Join(' ', key.Chunk(4).Select(group => new string(group)));
        var address = $"otpauth://totp/WeComSync:{Uri.EscapeDataString(account.Email)}?secret={key}&issuer=WeComSync";
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(address, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(data);
        Picture = "data:image/png;base64," + Convert.ToBase64String(picture.GetGraphic(6));
    }

    /// <returns>The key that this account was offered; null if the form has none.</returns>
    private string? Open(Account account, string? offered)
    {
        try
        {
            return offered is { Length: > 0 } ? protector.Unprotect(AccountStore.NoTenant, SecretFields.AuthenticatorKey(account.Id), offered) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
