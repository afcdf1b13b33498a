namespace WeComSync.Worker.WeCom;

/// <summary>One row of <c>user/list_id</c>: this person belongs to this department.</summary>
/// <param name="UserId">As it was spelled at creation; compared without case. Empty when WeCom sent none.</param>
/// <param name="DepartmentId">0 when WeCom sent none.</param>
/// <param name="FetchedAt">When the request for this page was sent.</param>
internal readonly record struct WeComMembership(string UserId, long DepartmentId, DateTimeOffset FetchedAt);
