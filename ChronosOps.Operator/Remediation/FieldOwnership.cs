using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Remediation;

/// <summary>
/// Hands the fields that our patch took back to whoever applies the workload. Otherwise the team's next server-side apply would
/// conflict with us (https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts). Pure.
/// </summary>
public static class FieldOwnership
{
    /// <summary>
    /// Nobody's after us. Whoever applies a manifest without replicas must not come to own them: the next such apply would take them away, and one replica be left.
    /// </summary>
    private static readonly string[] Counts = ["f:replicas", "f:minReplicas", "f:maxReplicas"];

    /// <summary>Of the pod template, down to the stamp of a restart.</summary>
    private static readonly string[] ToTheStamp = ["f:template", "f:metadata", "f:annotations", $"f:{ApiGroup.RestartedAtAnnotation}"];

    /// <summary>The managedFields without our hold on the spec but for the stamp of a restart, or null where we hold nothing else of it.</summary>
    public static JsonArray? HandBack(JsonArray managedFields)
    {
        var entries = managedFields.OfType<JsonObject>().Select(entry => entry.DeepClone().AsObject()).ToList();
        var ours = entries.FirstOrDefault(entry => entry["manager"]?.ToString() == ApiGroup.FieldManager && entry["subresource"] is null && Spec(entry) is { } held && TakeStamp(held.DeepClone().AsObject()).HasMore);
        if (ours is null)
        {
            return null;
        }

        var fields = ours["fieldsV1"]!.AsObject();
        var spec = Spec(ours)!.DeepClone().AsObject();
        foreach (var count in Counts)
        {
            spec.Remove(count);
        }

        fields.Remove("f:spec");
        if (TakeStamp(spec).Stamp is { } stamp)
        {
            fields["f:spec"] = stamp;
        }

        if (Recipient(entries, ours) is { } recipient)
        {
            recipient["fieldsV1"] ??= new JsonObject();
            Merge(recipient["fieldsV1"]!.AsObject(), new JsonObject { ["f:spec"] = spec.DeepClone() });
        }

        if (fields.Count == 0)
        {
            entries.Remove(ours);
        }

        // There is an entry for each version of the API that was written with.
        var without = new JsonArray([.. entries]);
        return HandBack(without) ?? without;
    }

    /// <summary>
    /// Takes our hold on the stamp of a restart out of what is held. It stays ours: whoever applied the workload next without it would take it away, which starts every pod anew.
    /// </summary>
    /// <param name="spec">What is held; the stamp is taken out of it.</param>
    /// <returns>The hold on the stamp, null where there is none, and whether anything else is held.</returns>
    private static (JsonObject? Stamp, bool HasMore) TakeStamp(JsonObject spec)
    {
        List<JsonObject> way = [spec];
        foreach (var part in ToTheStamp[..^1])
        {
            if (way[^1][part] is not JsonObject next)
            {
                return (null, true);
            }

            way.Add(next);
        }

        if (!way[^1].Remove(ToTheStamp[^1], out var held))
        {
            return (null, true);
        }

        var stamp = new JsonObject { [ToTheStamp[^1]] = held };

        // That there are annotations at all came with it.
        if (way[^1].Remove(".", out var exists))
        {
            stamp["."] = exists;
        }

        for (var k = ToTheStamp.Length - 2; k >= 0; k--)
        {
            stamp = new JsonObject { [ToTheStamp[k]] = stamp };
            if (way[k + 1].Count == 0)
            {
                way[k].Remove(ToTheStamp[k]);
            }
        }

        return (stamp, spec.Count > 0);
    }

    /// <summary>Whoever applies the workload server-side; otherwise whoever wrote most of its template.</summary>
    private static JsonObject? Recipient(List<JsonObject> entries, JsonObject ours) =>
        (from entry in entries
         where !ReferenceEquals(entry, ours) && entry["subresource"] is null && Spec(entry) is not null
         orderby entry["operation"]?.ToString() == "Apply" descending, Spec(entry)!["f:template"]?.ToJsonString().Length ?? 0 descending
         select entry).FirstOrDefault();

    private static JsonObject? Spec(JsonObject entry) => entry["fieldsV1"]?["f:spec"] as JsonObject;

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (key, value) in from)
        {
            if (into[key] is JsonObject existing && value is JsonObject further)
            {
                Merge(existing, further);
            }
            else if (!into.ContainsKey(key))
            {
                into[key] = value?.DeepClone();
            }
        }
    }
}
