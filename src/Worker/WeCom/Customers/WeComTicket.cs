namespace WeComSync.Worker.WeCom.Customers;

/// <summary>What signs a page for WeCom's client. It is a secret.</summary>
/// <param name="Value">The ticket.</param>
/// <param name="ExpiresAt">When WeCom forgets it.</param>
internal sealed record WeComTicket(string Value, DateTimeOffset ExpiresAt)
{
    public override string ToString() => nameof(WeComTicket);
}
