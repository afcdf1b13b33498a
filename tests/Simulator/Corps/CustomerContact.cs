namespace WeComSync.Simulator.Corps;

/// <summary>The system application 客户联系, whose secret companies of old still have. It sees all members.</summary>
public sealed class CustomerContact : Credential
{
    internal CustomerContact(Corp corp, string secret)
        : base(corp, "customers", secret)
    {
    }
}
