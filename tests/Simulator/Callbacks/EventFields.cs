using System.Globalization;
using System.Security;
using System.Text;
using System.Xml;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Callbacks;

/// <summary>Writes the elements of an event, some wrapped in CDATA and some bare, as WeCom does. Null is left out; empty is written.</summary>
internal sealed class EventFields
{
    private readonly StringBuilder _xml = new();

    public EventFields CData(string name, string? value) => value is null ? this : Element(name, Wrapped(value));

    public EventFields Bare(string name, long? value) =>
        value is { } number ? Element(name, number.ToString(CultureInfo.InvariantCulture)) : this;

    public EventFields Bare(string name, string? value) =>
        value is null ? this : Element(name, SecurityElement.Escape(Legal(value)));

    /// <summary>Separated by commas; left out when there is nothing to list.</summary>
    public EventFields List<T>(string name, IEnumerable<T> values) => string.Join(',', values) is { Length: > 0 } list ? CData(name, list) : this;

    /// <summary>An element for each, bare.</summary>
    public EventFields Items(string name, IEnumerable<string> values) =>
        Element(name, string.Concat(values.Select(value => $"<Item>{SecurityElement.Escape(Legal(value))}</Item>")));

    public EventFields Custom(IReadOnlyCollection<ExtField>? fields)
    {
        if (fields is null)
            return this;
        _xml.Append("<ExtAttr>\n");
        foreach (var field in fields)
        {
            _xml.Append("<Item><Name>").Append(Wrapped(field.Name)).Append("</Name>");
            if (field.Url is null)
                _xml.Append("<Type>0</Type><Text><Value>").Append(Wrapped(field.Value)).Append("</Value></Text>");
            else
                _xml.Append("<Type>1</Type><Web><Title>").Append(Wrapped(field.Value)).Append("</Title><Url>").Append(Wrapped(field.Url)).Append("</Url></Web>");
            _xml.Append("</Item>\n");
        }
        _xml.Append("</ExtAttr>\n");
        return this;
    }

    public bool IsEmpty => _xml.Length == 0;

    public override string ToString() => _xml.ToString();

    private EventFields Element(string name, string content)
    {
        _xml.Append(CultureInfo.InvariantCulture, $"<{name}>{content}</{name}>\n");
        return this;
    }

    private static string Wrapped(string value) => $"<![CDATA[{Legal(value).Replace("]]>", "]]]]><![CDATA[>", StringComparison.Ordinal)}]]>";

    // XML has no way to write control characters, though names may have them.
    private static string Legal(string value) => string.Concat(value.Where(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c)));
}
