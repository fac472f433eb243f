using System.Globalization;
using System.Text.Json.Nodes;

namespace ChronosOps.Operator.Evidence;

/// <summary>Who last changed some fields of an object, by its managedFields (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management). Pure.</summary>
public static class FieldChanges
{
    /// <summary>The newest change by whoever owns one of the fields. An owner's time is that of its last write, also where that was of another field.</summary>
    /// <param name="live">The object's metadata with managedFields.</param>
    /// <param name="fields">Paths as managedFields write them, such as <c>f:spec/f:selector</c>.</param>
    /// <returns>Null where nobody is known to own them.</returns>
    public static FieldChange? Last(JsonNode? live, params string[] fields) =>
        (from entry in (live?["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>()
         where fields.Any(field => field.Split('/').Aggregate((JsonNode?)entry["fieldsV1"], (node, part) => node is JsonObject ? node[part] : null) is not null)
         let time = TimeOf(entry["time"])
         where time is not null
         orderby time descending
         select new FieldChange(time.Value, (string?)entry["manager"])).FirstOrDefault();

    private static DateTimeOffset? TimeOf(JsonNode? node) =>
        DateTimeOffset.TryParse(node?.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
