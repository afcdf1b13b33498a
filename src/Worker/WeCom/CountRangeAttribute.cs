using System.ComponentModel.DataAnnotations;

namespace WeComSync.Worker.WeCom;

/// <summary>Bounds of a number. Unlike <see cref="RangeAttribute"/>, its message survives the generated validator.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CountRangeAttribute(int least, int most) : ValidationAttribute
{
    public override bool IsValid(object? value) => value is int count && count >= least && count <= most;
}
