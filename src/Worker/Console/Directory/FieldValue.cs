using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>A mirrored value as a page shows it: an unknown one says why it is unknown, an empty one that it is empty.</summary>
/// <param name="Text">Null if WeCom never returned it.</param>
/// <param name="Withheld">The tenant's credentials may not read it.</param>
/// <param name="Secret">Whose right is missing.</param>
internal sealed record FieldValue(string? Text, bool Withheld, string Secret);

/// <summary>An object's history on a page.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="Enterprise">Whose time zone counts.</param>
internal sealed record History(IReadOnlyList<HistoryEntry> Entries, Tenant Enterprise);
