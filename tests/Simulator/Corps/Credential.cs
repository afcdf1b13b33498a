using System.Collections.Immutable;

namespace WeComSync.Simulator.Corps;

/// <summary>Something that has a secret of its own and therefore tokens of its own.</summary>
public abstract class Credential
{
    private volatile string _secret;
    private TrustedIps _trusted = TrustedIps.NotConfigured;
    private TrustedIps _trustedBefore = TrustedIps.NotConfigured;

    private protected Credential(Corp corp, string name, string secret)
    {
        Corp = corp;
        Name = name;
        _secret = secret;
    }

    public Corp Corp { get; }

    /// <summary>How the call log names it: <c>contacts</c> or <c>app:1000002</c>.</summary>
    public string Name { get; }

    public string Secret => _secret;

    /// <summary>A disabled one gets no token: 40001.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>gettoken answers 45031 until the secret is reset.</summary>
    public bool IsSecretTooOld { get; set; }

    /// <summary>Addresses that may call; others are answered 60020. Empty: nobody may, as for a new application.</summary>
    /// <param name="addresses">Null: not configured, everybody may.</param>
    /// <param name="after">WeCom needs about a minute before a change works.</param>
    public void TrustIps(IEnumerable<string>? addresses, TimeSpan after = default)
    {
        _trustedBefore = _trusted;
        _trusted = new TrustedIps(addresses is null ? null : [.. addresses], Corp.Now + after);
    }

    public ImmutableArray<string>? TrustedAddresses => _trusted.Addresses;

    internal bool Trusts(string address)
    {
        var trusted = Corp.Now >= _trusted.WorksFrom ? _trusted : _trustedBefore;
        return trusted.Addresses is not { } addresses || addresses.Contains(address);
    }

    /// <summary>Makes a new secret and kills the tokens of the old one.</summary>
    public string ResetSecret()
    {
        _secret = Secrets.Unguessable(43);
        IsSecretTooOld = false;
        Corp.KillTokens(this);
        return _secret;
    }

    private sealed record TrustedIps(ImmutableArray<string>? Addresses, DateTimeOffset WorksFrom)
    {
        public static TrustedIps NotConfigured { get; } = new(null, DateTimeOffset.MinValue);
    }
}
