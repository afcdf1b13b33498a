using System.Collections.Immutable;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>Decides who is where: a few large departments, many small ones, some without anybody.</summary>
internal sealed class Staffing
{
    private const double EmptyShare = 0.05;

    private readonly Department[] _departments;
    private readonly double _severalShare;
    private readonly Random _random;
    private readonly double[] _cumulated;
    private readonly string?[] _leaders;

    public Staffing(Department[] departments, double severalShare, Random random)
    {
        _departments = [new Department { Id = Department.RootId, ParentId = 0, Name = "" }, .. departments];
        _severalShare = severalShare;
        _random = random;
        _cumulated = new double[_departments.Length];
        _leaders = new string?[_departments.Length];
        var sum = 0.0;
        for (var i = 0; i < _departments.Length; i++)
        {
            var isEmpty = i > 0 && random.Chance(EmptyShare);
            sum += isEmpty ? 0 : 1 / Math.Sqrt(0.02 + random.NextDouble());
            _cumulated[i] = sum;
        }
    }

    /// <summary>Departments of one person, and the leader of the first of them (himself, if there was none).</summary>
    public (ImmutableArray<Membership> Memberships, string Leader) Place(string userId)
    {
        var first = Draw();
        var leads = _leaders[first] is null;
        _leaders[first] ??= userId;
        var leader = _leaders[first]!;
        if (_departments.Length < 3 || !_random.Chance(_severalShare))
            return ([Join(first, leads)], leader);
        // Mostly two or three; one in fifty has very many.
        var count = Math.Min(_random.Chance(0.02) ? 20 : 2 + _random.Next(2), _departments.Length / 2 + 1);
        var places = ImmutableArray.CreateBuilder<Membership>(count);
        places.Add(Join(first, leads));
        for (var tries = 0; places.Count < count && tries < 100; tries++)
        {
            var next = Draw();
            if (places.All(place => place.DepartmentId != _departments[next].Id))
                places.Add(Join(next, _random.Chance(0.05)));
        }
        return (places.ToImmutable(), leader);
    }

    private Membership Join(int index, bool leads) => new(_departments[index].Id, Order(), leads);

    private long Order() => _random.NextDouble() switch
    {
        < 0.6 => 0,
        < 0.97 => _random.Next(1_000_000),
        _ => 4_294_967_295L - _random.Next(1000),
    };

    private int Draw()
    {
        var found = Array.BinarySearch(_cumulated, _random.NextDouble() * _cumulated[^1]);
        // A draw exactly on a border belongs to the department above it; empty ones have no room of their own.
        var index = found >= 0 ? found + 1 : ~found;
        while (index > 0 && index < _cumulated.Length && _cumulated[index] == _cumulated[index - 1])
            index++;
        return Math.Min(index, _cumulated.Length - 1);
    }
}
