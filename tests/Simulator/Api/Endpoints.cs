namespace WeComSync.Simulator.Api;

/// <summary>The endpoints that exist; any other path is a true 404.</summary>
internal static class Endpoints
{
    public static IReadOnlyList<Endpoint> All { get; } =
    [
        .. TokenEndpoints.All,
        .. DepartmentEndpoints.All,
        .. UserEndpoints.All,
        .. UserIdEndpoints.All,
        .. DepartmentWriteEndpoints.All,
        .. UserWriteEndpoints.All,
        .. TagEndpoints.All,
        .. AgentEndpoints.All,
        .. AddressEndpoints.All,
        .. CustomerEndpoints.All,
        .. CustomerBatchEndpoints.All,
        .. CorpTagEndpoints.All,
        .. GroupChatEndpoints.All,
        .. TransferEndpoints.All,
        .. TicketEndpoints.All,
    ];
}
