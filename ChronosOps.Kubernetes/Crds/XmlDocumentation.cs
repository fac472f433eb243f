using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ChronosOps.Kubernetes.Crds;

/// <summary>Finds the summaries of types and members in the compiler's XML documentation.</summary>
internal sealed partial class XmlDocumentation
{
    private readonly Dictionary<string, string> summaries = [];

    public XmlDocumentation(IEnumerable<XDocument> documents)
    {
        foreach (var member in documents.SelectMany(document => document.Descendants("member")))
        {
            if (member.Attribute("name")?.Value is not { } name)
                continue;
            if (member.Element("summary") is { } summary)
                summaries[name] = TextOf(summary);
            foreach (var parameter in member.Elements("param"))
                summaries[$"{name}|{parameter.Attribute("name")?.Value}"] = TextOf(parameter);
        }
    }

    public string? Of(Type type) => summaries.GetValueOrDefault($"T:{NameOf(type)}");

    public string? OfMember(MemberInfo member) => member.DeclaringType is not { } type
        ? null
        : summaries.GetValueOrDefault($"{(member is FieldInfo ? 'F' : 'P')}:{NameOf(type)}.{member.Name}")
            ?? summaries.GetValueOrDefault($"T:{NameOf(type)}|{member.Name}"); // a positional record's parameter

    public string? OfEnumValue(Type type, string name) => summaries.GetValueOrDefault($"F:{NameOf(type)}.{name}");

    private static string NameOf(Type type)
    {
        var definition = type.IsGenericType && !type.IsGenericTypeDefinition ? type.GetGenericTypeDefinition() : type;
        return (definition.FullName ?? definition.Name).Replace('+', '.');
    }

    private static string TextOf(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.DescendantNodes())
        {
            if (node is XText part)
                text.Append(part.Value);
            else if (node is XElement { Name.LocalName: "see" or "paramref" } reference && reference.IsEmpty)
                text.Append(ReferenceText(reference));
            else if (node is XElement { Name.LocalName: "para" })
                text.Append(' ');
        }
        return Blanks().Replace(text.ToString(), " ").Trim();
    }

    private static string ReferenceText(XElement reference)
    {
        var target = (reference.Attribute("cref") ?? reference.Attribute("langword") ?? reference.Attribute("name"))?.Value ?? "";
        var name = target[(target.LastIndexOf('.') + 1)..];
        // Readers of a manifest know the field by its JSON name.
        return target.StartsWith("P:", StringComparison.Ordinal) ? System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name) : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
