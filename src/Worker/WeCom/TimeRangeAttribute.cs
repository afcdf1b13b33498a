using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace WeComSync.Worker.WeCom;

/// <summary>Bounds of a <see cref="TimeSpan"/>, written in its invariant form.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeRangeAttribute(string shortest, string longest) : ValidationAttribute
{
    public override bool IsValid(object? value) =>
        value is TimeSpan time
        && time >= TimeSpan.Parse(shortest, CultureInfo.InvariantCulture)
        && time <= TimeSpan.Parse(longest, CultureInfo.InvariantCulture);
}
