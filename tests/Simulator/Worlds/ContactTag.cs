using System.Collections.Immutable;

namespace WeComSync.Simulator.Worlds;

/// <summary>A contact tag (通讯录标签) with what was put into it. A department stands for everybody in it and below.</summary>
public sealed record ContactTag(int Id, string Name, ImmutableArray<string> Users, ImmutableArray<long> Departments);
