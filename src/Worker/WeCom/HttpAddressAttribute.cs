using System.ComponentModel.DataAnnotations;

namespace WeComSync.Worker.WeCom;

/// <summary>An absolute address with one of the schemes and without query or fragment. Null is valid.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HttpAddressAttribute(params string[] schemes) : ValidationAttribute
{
    public override bool IsValid(object? value) =>
        value is null
        || (value is string text && Uri.TryCreate(text, UriKind.Absolute, out var address) && schemes.Contains(address.Scheme)
            && address.Host.Length > 0 && address.Query.Length == 0 && address.Fragment.Length == 0);
}
