using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChronosOps.Kubernetes;

/// <summary>Writes JSON as YAML in block style: the same input always gives the same, readable text.</summary>
public static partial class YamlWriter
{
    /// <summary>One document, without a leading <c>---</c>.</summary>
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        if (node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
            Block(text, node, 0, inList: false);
        else
            text.Append(Scalar(node, 0)).Append('\n');
        return text.ToString();
    }

    private static void Block(StringBuilder text, JsonNode node, int indent, bool inList)
    {
        if (node is JsonObject obj)
        {
            foreach (var (name, value) in obj)
            {
                Indent(text, indent, ref inList);
                text.Append(Text(name, 0)).Append(':');
                Value(text, value, indent, value is JsonArray ? indent : indent + 2);
            }
        }
        else
        {
            foreach (var item in (JsonArray)node)
            {
                Indent(text, indent, ref inList);
                text.Append('-');
                if (item is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
                {
                    text.Append(' ');
                    Block(text, item, indent + 2, inList: true);
                }
                else
                {
                    text.Append(' ').Append(Scalar(item, indent + 2)).Append('\n');
                }
            }
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int indent, int below)
    {
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            text.Append('\n');
            Block(text, value, below, inList: false);
        }
        else
        {
            text.Append(' ').Append(Scalar(value, indent + 2)).Append('\n');
        }
    }

    /// <summary>The first line of a list entry stands behind its dash.</summary>
    private static void Indent(StringBuilder text, int indent, ref bool inList)
    {
        if (!inList)
            text.Append(' ', indent);
        inList = false;
    }

    private static string Scalar(JsonNode? node, int indent) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Text(value.GetValue<string>(), indent),
        _ => node.ToJsonString(),
    };

    private static string Text(string text, int indent)
    {
        if (PlainSafe().IsMatch(text) && !Ambiguous().IsMatch(text) && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal) && !text.EndsWith(':'))
            return text;
        if (indent > 0 && text.Contains('\n') && !text.Any(c => char.IsControl(c) && c != '\n') && !text.StartsWith(' ') && !text.StartsWith('\n') && !LineEndBlank().IsMatch(text))
            return Literal(text, indent);
        return text.Any(char.IsControl) || text.Any(c => c is '\u2028' or '\u2029' or '\u0085' or '\ufeff') || text.Any(char.IsSurrogate)
            ? Quoted(text)
            : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    private static string Literal(string text, int indent)
    {
        var body = text.TrimEnd('\n');
        var trailing = text.Length - body.Length;
        var header = trailing switch { 0 => "|-", 1 => "|", _ => "|+" };
        var lines = (trailing <= 1 ? body : text[..^1]).Split('\n');
        return header + "\n" + string.Join('\n', lines.Select(line => line.Length == 0 ? "" : new string(' ', indent) + line));
    }

    /// <summary>JSON's quoting is YAML's double quoting.</summary>
    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString();

    /// <summary>To the very end: <c>$</c> would overlook a last newline.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_./(\\$^+][A-Za-z0-9_./ ()=<>+*,;:\\^$?%&|~@!\[\]{}'""–—…§×≥≤→-]*(?<! )\z")]
    private static partial Regex PlainSafe();

    /// <summary>Texts that a YAML reader would take for something else: booleans, numbers, dates, nothing.</summary>
    [GeneratedRegex(@"^(~|null|true|false|yes|no|on|off|y|n|\.inf|\.nan|[-+.]?[0-9][0-9_,.:eExXoOa-fA-F+-]*([ T].*)?|=|<<)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Ambiguous();

    [GeneratedRegex(@"[ \t](\n|$)")]
    private static partial Regex LineEndBlank();
}
