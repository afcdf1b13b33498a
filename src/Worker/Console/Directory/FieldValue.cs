using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>A mirrored value as a page shows it: what is not there says why, and what is no longer read says since when.</summary>
/// <param name="Text">Null if there is none.</param>
/// <param name="Gap">Why there is none.</param>
/// <param name="ReadUntil">Since when the credentials may not read it any more; null if they may.</param>
/// <param name="Enterprise">Whose credentials.</param>
internal sealed record FieldValue(string? Text, FieldGap Gap, DateTimeOffset? ReadUntil, Tenant Enterprise);

/// <summary>Why a value is not there.</summary>
internal enum FieldGap
{
    /// <summary>WeCom returned it, and it was empty.</summary>
    Empty,

    /// <summary>WeCom returned nothing under this name.</summary>
    NotReturned,

    /// <summary>The application's secret may not read it.</summary>
    Withheld,
}
