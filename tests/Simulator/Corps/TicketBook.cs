using WeComSync.Simulator.Limits;

namespace WeComSync.Simulator.Corps;

/// <summary>The JS-SDK tickets of one application.</summary>
internal sealed class TicketBook
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(7200);

    private readonly Lock _gate = new();
    private readonly Dictionary<TicketKind, CallWindow> _windows = [];
    private readonly Dictionary<TicketKind, (string Text, DateTimeOffset ExpiresAt)> _tickets = [];

    /// <returns>The one that is valid, or a new one; null: too often within an hour.</returns>
    public (string Text, DateTimeOffset ExpiresAt)? Ask(TicketKind kind, int mostPerHour, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_windows.TryGetValue(kind, out var window))
                _windows.Add(kind, window = new CallWindow(TimeSpan.FromHours(1)));
            if (!window.TryCount(mostPerHour, now))
                return null;
            if (!_tickets.TryGetValue(kind, out var ticket) || ticket.ExpiresAt <= now)
                _tickets[kind] = ticket = (Secrets.Unguessable(86), now + Lifetime);
            return ticket;
        }
    }

    /// <returns>Null: none is valid.</returns>
    public string? Valid(TicketKind kind, DateTimeOffset now)
    {
        lock (_gate)
            return _tickets.TryGetValue(kind, out var ticket) && ticket.ExpiresAt > now ? ticket.Text : null;
    }
}

/// <summary>What a page signs with a ticket.</summary>
public enum TicketKind
{
    /// <summary>wx.config: the identity of the company.</summary>
    Config,
    /// <summary>wx.agentConfig: the identity of the application.</summary>
    AgentConfig,
}
