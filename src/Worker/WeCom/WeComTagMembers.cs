namespace WeComSync.Worker.WeCom;

/// <summary>Whom a contact tag names, as far as the credential may see: absence here does not prove removal.</summary>
/// <param name="TagId">The tag.</param>
/// <param name="Name">Null: not returned.</param>
/// <param name="UserIds">Members named one by one. Null: not returned, which is not the same as empty.</param>
/// <param name="DepartmentIds">Departments named as a whole, with everybody in and below them. Null: not returned.</param>
/// <param name="FetchedAt">When the request was sent.</param>
internal sealed record WeComTagMembers(
    long TagId, string? Name, IReadOnlyList<string>? UserIds, IReadOnlyList<long>? DepartmentIds, DateTimeOffset FetchedAt);
