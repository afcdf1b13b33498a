using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace WeComSync.Worker.Commands.Secrets;

/// <summary>Wraps a stored Data Protection key with another certificate. The key itself stays, and with it everything that it protects.</summary>
/// <remarks>https://learn.microsoft.com/aspnet/core/security/data-protection/implementation/key-storage-format</remarks>
internal sealed class KeyWrapping(EncryptedXmlDecryptor decryptor, X509Certificate2 certificate, ILoggerFactory loggers)
{
    private static readonly XNamespace Schema = "http://schemas.asp.net/2015/03/dataProtection";
    private static readonly XNamespace Signature = "http://www.w3.org/2000/09/xmldsig#";

    private readonly CertificateXmlEncryptor encryptor = new(certificate, loggers);

    /// <param name="xml">The key as it is stored: wrapped by a certificate that this host has, or, from Development, not at all.</param>
    /// <returns>The key wrapped by the certificate; null if it is that already.</returns>
    public string? Wrap(string xml)
    {
        var key = XElement.Parse(xml);
        var changed = false;
        foreach (var wrapped in key.Descendants(Schema + "encryptedSecret").Where(secret => !IsOurs(secret)).ToList())
        {
            wrapped.ReplaceWith(Wrap(decryptor.Decrypt(wrapped.Elements().Single())));
            changed = true;
        }

        foreach (var open in key.Descendants().Where(element => (bool?)element.Attribute(Schema + "requiresEncryption") == true).ToList())
        {
            open.ReplaceWith(Wrap(open));
            changed = true;
        }

        return changed ? key.ToString(SaveOptions.DisableFormatting) : null;
    }

    private XElement Wrap(XElement secret)
    {
        var wrapped = encryptor.Encrypt(secret);
        return new(Schema + "encryptedSecret", new XAttribute("decryptorType", wrapped.DecryptorType.AssemblyQualifiedName!), wrapped.EncryptedElement);
    }

    private bool IsOurs(XElement wrapped) =>
        wrapped.Descendants(Signature + "X509Certificate").Any(named => Convert.FromBase64String(named.Value).AsSpan().SequenceEqual(certificate.RawData));
}
