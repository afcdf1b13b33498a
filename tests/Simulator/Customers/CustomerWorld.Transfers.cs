using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

public sealed partial class CustomerWorld
{
    private readonly List<Transfer> _transfers = [];

    /// <summary>Hand-overs from one member to another, each the latest of its customer. They end when a test says so, not by the clock.</summary>
    public IReadOnlyList<Transfer> Transfers
    {
        get
        {
            lock (_gate)
                return [.. _transfers];
        }
    }

    /// <summary>Begins a hand-over, as externalcontact/transfer_customer does.</summary>
    /// <returns>0, or why this customer cannot be handed over.</returns>
    public int BeginTransfer(string giverUserId, string takerUserId, string externalUserId)
    {
        var giver = Employed(giverUserId);
        var taker = Employed(takerUserId);
        lock (_gate)
        {
            if (giver == taker)
                return 40130;
            if (FindNode(externalUserId) is not { } customer)
                return 40096;
            if (Present(giver, customer) is null)
                return 40131;
            if (_transfers.Any(transfer => transfer.ExternalUserId == externalUserId && transfer.Status == TransferStatus.Waiting))
                return 40129;
            _transfers.Add(new Transfer(giverUserId, takerUserId, externalUserId, TransferStatus.Waiting, _time.GetUtcNow().AddHours(24)));
            return 0;
        }
    }

    /// <summary>
    /// The customer goes over: add_external_contact for the taker, unless he has the customer already, and then
    /// del_external_contact with its source for the giver.
    /// </summary>
    public void CompleteTransfer(string externalUserId)
    {
        var (index, transfer) = Waiting(externalUserId);
        var (giver, taker) = (Employed(transfer.GiverUserId), Employed(transfer.TakerUserId));
        lock (_gate)
        {
            if (Present(taker, externalUserId) is null)
                Add(transfer.TakerUserId, externalUserId, follow => follow with { AddWay = 202, OperUserId = transfer.GiverUserId, State = null });
            End(Existing(giver, transfer.GiverUserId, externalUserId));
            Publish(new CustomerDeleted(transfer.GiverUserId, externalUserId, ByTransfer: true) { Concerns = giver });
            _transfers[index] = transfer with { Status = TransferStatus.Done, TakeoverTime = _time.GetUtcNow() };
        }
    }

    /// <summary>The customer refuses, or the taker is full: transfer_fail, named after the taker.</summary>
    public void FailTransfer(string externalUserId, bool takerIsFull = false)
    {
        var (index, transfer) = Waiting(externalUserId);
        var taker = Employed(transfer.TakerUserId);
        lock (_gate)
        {
            var reason = takerIsFull ? "customer_limit_exceed" : "customer_refused";
            Publish(new TransferFailed(transfer.TakerUserId, externalUserId, reason) { Concerns = taker });
            _transfers[index] = transfer with { Status = takerIsFull ? TransferStatus.TakerFull : TransferStatus.Refused, TakeoverTime = null };
        }
    }

    private (int Index, Transfer Transfer) Waiting(string externalUserId)
    {
        lock (_gate)
        {
            var index = _transfers.FindIndex(transfer => transfer.ExternalUserId == externalUserId && transfer.Status == TransferStatus.Waiting);
            return index >= 0 ? (index, _transfers[index]) : throw new WorldRuleException(40096, $"{externalUserId} is not being handed over.");
        }
    }
}

/// <param name="TakeoverTime">When it was or will be done; null: never.</param>
public sealed record Transfer(
    string GiverUserId, string TakerUserId, string ExternalUserId, TransferStatus Status, DateTimeOffset? TakeoverTime);

/// <summary>In the numbers of externalcontact/transfer_result.</summary>
public enum TransferStatus
{
    Done = 1,
    Waiting = 2,
    Refused = 3,
    TakerFull = 4,
}
