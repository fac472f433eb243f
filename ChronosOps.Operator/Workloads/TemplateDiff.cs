using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChronosOps.Operator.Workloads;

/// <summary>What differs between two pod templates, by the names that people know. Values are told only where they cannot be secret.</summary>
public static partial class TemplateDiff
{
    /// <summary>What is said where nothing but the order of a list's entries differs.</summary>
    internal const string OtherOrder = "the order of entries changed";

    /// <summary>Every difference, as a path such as <c>containers[app].env[LOG_LEVEL].value changed</c>; stamps of restarts do not count.</summary>
    /// <param name="from">The older template.</param>
    /// <param name="to">The newer template.</param>
    public static IReadOnlyList<string> Of(JsonObject from, JsonObject to)
    {
        var (before, after) = (PodTemplates.WithoutStamps(from), PodTemplates.WithoutStamps(to));
        var differences = new List<string>();
        Compare("", before, after, differences);
        return differences.Count > 0 || JsonNode.DeepEquals(before, after) ? differences : [OtherOrder];
    }

    private static void Compare(string path, JsonNode? from, JsonNode? to, List<string> differences)
    {
        if (JsonNode.DeepEquals(from, to))
        {
            return;
        }

        switch (from, to)
        {
            case (null, _):
                differences.Add($"{path} added");
                break;
            case (_, null):
                differences.Add($"{path} removed");
                break;
            case (JsonObject before, JsonObject after):
                CompareEntries(before.ToDictionary(), after.ToDictionary(), name => Join(path, name), differences);
                break;
            case (JsonArray before, JsonArray after) when ByName(before) is { } named && ByName(after) is { } others:
                CompareEntries(named, others, name => $"{path}[{name}]", differences);
                break;
            default:
                differences.Add(MayBeTold(path, from) && MayBeTold(path, to) ? $"{path} from {from} to {to}" : $"{path} changed");
                break;
        }
    }

    private static void CompareEntries(Dictionary<string, JsonNode?> before, Dictionary<string, JsonNode?> after, Func<string, string> path, List<string> differences)
    {
        foreach (var name in before.Keys.Union(after.Keys))
        {
            Compare(path(name), before.GetValueOrDefault(name), after.GetValueOrDefault(name), differences);
        }
    }

    /// <summary>The entries of a list by their names, as Kubernetes merges them; null where they have none.</summary>
    private static Dictionary<string, JsonNode?>? ByName(JsonArray list)
    {
        var named = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        return list.All(item => item is JsonObject entry && entry["name"] is JsonValue name && name.GetValueKind() == JsonValueKind.String && named.TryAdd(name.GetValue<string>(), item)) ? named : null;
    }

    private static string Join(string path, string name) => path is "" or "spec" ? name : $"{path}.{name}";

    // Strings may hold secrets (variables, arguments, annotations), numbers and switches do not.
    private static bool MayBeTold(string path, JsonNode value) =>
        value is JsonValue && (value.GetValueKind() is not JsonValueKind.String || Harmless().IsMatch(path));

    // Names of variables and annotations are anything that people write: only these very fields of a container are meant.
    [GeneratedRegex(@"^(initContainers|containers)\[[^\[\]]*\]\.(image|resources\.(limits|requests)\.[^\[\]]+)\z")]
    private static partial Regex Harmless();
}
