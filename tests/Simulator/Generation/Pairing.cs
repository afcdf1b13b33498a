using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>Decides who follows whom: members with very many customers and members with none, customers with one follower and with all.</summary>
internal sealed class Pairing
{
    private readonly PersonNode[] _staff;
    private readonly CustomerOptions _options;
    private readonly double[] _cumulated;
    private readonly List<int>[] _customers;

    public Pairing(PersonNode[] staff, CustomerOptions options, ref Dice dice)
    {
        _staff = staff;
        _options = options;
        _cumulated = new double[staff.Length];
        _customers = [.. staff.Select(_ => new List<int>())];
        var sum = 0.0;
        for (var i = 0; i < staff.Length; i++)
        {
            var isIdle = i > 0 && dice.Chance(options.IdleShare);
            sum += isIdle ? 0 : 1 / Math.Sqrt(0.02 + dice.NextDouble());
            _cumulated[i] = sum;
        }
    }

    /// <returns>The numbers of the customers of each member.</returns>
    public (PersonNode Person, IReadOnlyList<int> Customers)[] Make(ref Dice dice)
    {
        var relations = Math.Max(_options.Relations, _options.Count);
        var made = 0;
        // One after the other, so that who follows a customer already is found at the end of his followers' lists.
        for (var customer = 0; customer < _options.Count; customer++)
        {
            var left = _options.Count - customer;
            var extra = (int)Math.Min(relations - made - left, int.MaxValue);
            var wanted = customer < _options.FollowedByAll ? _staff.Length : 1 + Share(extra, left, ref dice);
            made += wanted >= _staff.Length ? AllFollow(customer) : SomeFollow(customer, wanted, ref dice);
        }
        return [.. _staff.Select((person, i) => (person, (IReadOnlyList<int>)_customers[i]))];
    }

    /// <summary>How many of the relations that are left over for those who are left fall to the next one: about the mean, and in the end exactly all.</summary>
    private static int Share(int extra, int left, ref Dice dice)
    {
        if (extra <= 0)
            return 0;
        var mean = (double)extra / left;
        var whole = (int)mean;
        if (left == 1)
            return extra;
        return whole == 0 ? (dice.Chance(mean) ? 1 : 0) : dice.Next((2 * whole) + 1) + (dice.Chance(mean - whole) ? 1 : 0);
    }

    private int AllFollow(int customer)
    {
        foreach (var customers in _customers)
            customers.Add(customer);
        return _customers.Length;
    }

    private int SomeFollow(int customer, int wanted, ref Dice dice)
    {
        var made = 0;
        for (var tries = 0; made < wanted && tries < 20 * wanted; tries++)
        {
            var customers = _customers[Draw(ref dice)];
            if (customers is [.., var last] && last == customer)
                continue;
            customers.Add(customer);
            made++;
        }
        return made;
    }

    private int Draw(ref Dice dice)
    {
        var found = Array.BinarySearch(_cumulated, dice.NextDouble() * _cumulated[^1]);
        var index = found >= 0 ? found + 1 : ~found;
        while (index > 0 && index < _cumulated.Length && _cumulated[index] == _cumulated[index - 1])
            index++;
        return Math.Min(index, _cumulated.Length - 1);
    }
}
