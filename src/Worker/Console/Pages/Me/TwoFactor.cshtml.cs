using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using QRCoder;
using WeComSync.Domain.Accounts;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Switches the second factor on, after a code proved that the authenticator has the key, and off.</summary>
[FreshLogin]
internal sealed class TwoFactorModel(UserManager<Account> accounts, SignInManager<Account> signIn, AuditLog audit) : ConsolePage
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

    public async Task OnGetAsync() => await ShowAsync((await accounts.GetUserAsync(User))!);

    public async Task<IActionResult> OnPostOnAsync([FromForm] string? code, CancellationToken ct)
    {
        var account = (await accounts.GetUserAsync(User))!;
        var digits = (code ?? "").Replace(" ", "", StringComparison.Ordinal);
        if (!await accounts.VerifyTwoFactorTokenAsync(account, TokenOptions.DefaultAuthenticatorProvider, digits))
        {
            await ShowAsync(account);
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
        await accounts.SetTwoFactorEnabledAsync(account, false);
        await accounts.ResetAuthenticatorKeyAsync(account);
        await audit.WriteAsync(AuditAction.TwoFactorOff, null, ct);
        await signIn.SignInAsync(account, isPersistent: false);
        return Accepted("/account", T["两步验证已关闭。"]);
    }

    private async Task ShowAsync(Account account)
    {
        On = account.TwoFactor;
        if (On)
        {
            CodesLeft = await accounts.CountRecoveryCodesAsync(account);
            return;
        }

        if (await accounts.GetAuthenticatorKeyAsync(account) is not { } key)
        {
            await accounts.ResetAuthenticatorKeyAsync(account);
            key = (await accounts.GetAuthenticatorKeyAsync(account))!;
            // A new key is a new stamp, and this session has the old one.
            await signIn.SignInAsync(account, isPersistent: false);
        }

        Key = string.Join(' ', key.Chunk(4).Select(group => new string(group)));
        var address = $"otpauth://totp/WeComSync:{Uri.EscapeDataString(account.Email)}?secret={key}&issuer=WeComSync";
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(address, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(data);
        Picture = "data:image/png;base64," + Convert.ToBase64String(picture.GetGraphic(6));
    }
}
