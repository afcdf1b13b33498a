namespace WeComSync.TestKit;

/// <summary>What <see cref="TcpFaultProxy"/> does to the connection on which the chosen message passes.</summary>
public enum PostgresFault
{
    /// <summary>Both ends are reset; later connections work.</summary>
    Cut,

    /// <summary>Nothing passes on any connection any more, and nothing is closed, until <see cref="TcpFaultProxy.Heal"/>.</summary>
    BlackHole,
}
