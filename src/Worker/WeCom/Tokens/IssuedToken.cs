namespace WeComSync.Worker.WeCom.Tokens;

/// <summary>An access token as it stands in <c>control.access_tokens</c>.</summary>
internal sealed class IssuedToken(string value, string protectedText, DateTimeOffset obtainedAt, DateTimeOffset expiresAt)
{
    public string Value => value;

    /// <summary>Also the token's identity: WeCom may hand out the same value twice, but no two protected texts are alike.</summary>
    public string ProtectedText => protectedText;

    public DateTimeOffset ObtainedAt => obtainedAt;

    public DateTimeOffset ExpiresAt => expiresAt;

    /// <summary>
    /// The last twentieth of its life is left unused (6 of 120 minutes). A share, not a fixed time: where WeCom repeats a
    /// token that has a little life left, a fixed margin would ask for a new one at each call.
    /// </summary>
    public bool IsGoodAt(DateTimeOffset now) => now < expiresAt - ((expiresAt - obtainedAt) / 20);
}
