using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;
using static ChronosOps.Operator.Workloads.PodTemplates;

namespace ChronosOps.Operator.Workloads;

/// <summary>What a release asks for that the one before it did not. Less of something, or what no node and no quota looks at, is nothing.</summary>
/// <param name="OfNode">What may keep its pods off a node that took those before, told as a field; null where nothing does.</param>
/// <param name="OfQuota">Of which resource it asks for more, as a request or a limit, which a quota may refuse that let in those before; null where it asks for no more of any.</param>
public sealed record NewDemands(string? OfNode, string? OfQuota)
{
    /// <summary>Kinds of volumes that the scheduler looks at: they may be bound to a node, or a node takes only so many of them.</summary>
    private static readonly string[] BoundVolumes = ["persistentVolumeClaim", "ephemeral", "csi", "awsElasticBlockStore", "gcePersistentDisk", "azureDisk", "cinder", "iscsi", "rbd"];

    private const string MustHold = "requiredDuringSchedulingIgnoredDuringExecution";

    /// <summary>More than this nobody has: sums stay within what a number holds.</summary>
    private const decimal Most = 1e24m;

    /// <summary>Either of them; null where there is neither.</summary>
    public string? Any => OfNode ?? OfQuota;

    /// <summary>Compares two pod templates.</summary>
    /// <param name="from">The one before.</param>
    /// <param name="to">The release.</param>
    public static NewDemands Between(JsonObject from, JsonObject to)
    {
        var (before, after) = (from["spec"] as JsonObject ?? [], to["spec"] as JsonObject ?? []);
        var requests = More("requests", before, after);
        return new(requests ?? Narrower(before, after), requests ?? More("limits", before, after));
    }

    /// <summary>The first field by which fewer nodes may take a pod.</summary>
    private static string? Narrower(JsonObject before, JsonObject after) =>
        (after["nodeSelector"] as JsonObject ?? []).Any(label => !JsonNode.DeepEquals(label.Value, before["nodeSelector"]?[label.Key])) ? "nodeSelector"
        : ChoosesAnew(before, after) ? "affinity.nodeAffinity"
        : Adds(Required(before, "podAffinity"), Required(after, "podAffinity")) ? "affinity.podAffinity"
        : Adds(Required(before, "podAntiAffinity"), Required(after, "podAntiAffinity")) ? "affinity.podAntiAffinity"
        : Adds(Strict(before), Strict(after)) ? "topologySpreadConstraints"
        : HostPorts(after).Except(HostPorts(before)).Any() ? "hostPort"
        : Items(before["tolerations"]).Any(old => Text(old["effect"]) != "PreferNoSchedule" && !Items(after["tolerations"]).Any(one => Covers(one, old))) ? "tolerations"
        : Adds(Bound(before), Bound(after)) ? "volumes"
        : Adds(Items(before["resourceClaims"]), Items(after["resourceClaims"])) ? "resourceClaims"
        : null;

    /// <summary>Any of the terms suffices: one more takes no node away.</summary>
    private static bool ChoosesAnew(JsonObject before, JsonObject after)
    {
        var (old, now) = (Terms(before), Terms(after));
        return now.Count > 0 && (old.Count == 0 || Adds(now, old));
    }

    private static List<JsonObject> Terms(JsonObject spec) => [.. Items(spec["affinity"]?["nodeAffinity"]?[MustHold]?["nodeSelectorTerms"])];

    private static IEnumerable<JsonObject> Required(JsonObject spec, string affinity) => Items(spec["affinity"]?[affinity]?[MustHold]);

    private static IEnumerable<JsonObject> Strict(JsonObject spec) => Items(spec["topologySpreadConstraints"]).Where(one => Text(one["whenUnsatisfiable"]) == "DoNotSchedule");

    /// <summary>The sources of such volumes; what the containers call them does not matter.</summary>
    private static IEnumerable<JsonObject> Bound(JsonObject spec) =>
        from volume in Items(spec["volumes"]) from kind in BoundVolumes where volume[kind] is JsonObject select new JsonObject { [kind] = volume[kind]!.DeepClone() };

    /// <summary>Whether the second list has an entry that the first has not.</summary>
    private static bool Adds(IEnumerable<JsonObject> before, IEnumerable<JsonObject> after) => after.Any(one => !before.Any(old => JsonNode.DeepEquals(old, one)));

    /// <summary>The ports of the node that it takes; all of its own where it shares the node's network.</summary>
    private static IEnumerable<(string? Port, string Protocol, string Address)> HostPorts(JsonObject spec) =>
        from container in Items(spec["initContainers"]).Concat(Items(spec["containers"]))
        from port in Items(container["ports"])
        let taken = port["hostPort"] ?? (spec["hostNetwork"]?.ToString() == "true" ? port["containerPort"] : null)
        where taken is not null
        select (taken.ToString(), Text(port["protocol"]) ?? "TCP", Text(port["hostIP"]) ?? "");

    /// <summary>Whether who tolerates the first thing tolerates the second, https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/.</summary>
    private static bool Covers(JsonObject one, JsonObject old) =>
        (Text(one["key"]) is null or "" || Text(one["key"]) == Text(old["key"]))
        && (Text(one["operator"]) == "Exists" || (Text(old["operator"]) != "Exists" && (Text(one["value"]) ?? "") == (Text(old["value"]) ?? "")))
        && (Text(one["effect"]) is null or "" || Text(one["effect"]) == Text(old["effect"]));

    private static string? More(string kind, JsonObject before, JsonObject after)
    {
        var (old, now) = (Amounts(kind, before), Amounts(kind, after));
        return now.Keys.FirstOrDefault(name => now[name] > old.GetValueOrDefault(name)) is { } resource ? $"resources.{kind}.{resource}" : null;
    }

    /// <summary>What a pod asks for in all, by resource, counted as <see cref="PodNeeds"/> does.</summary>
    private static Dictionary<string, decimal> Amounts(string kind, JsonObject spec)
    {
        var first = Items(spec["initContainers"]).ToLookup(container => Text(container["restartPolicy"]) == "Always");
        var all = Items(spec["containers"]).ToList();
        var names = all.Concat(Items(spec["initContainers"])).Append(spec).SelectMany(one => Names(one["resources"]?["requests"]).Concat(Names(one["resources"]?["limits"]))).ToHashSet();
        return names.ToDictionary(name => name, name =>
            Math.Max(Math.Max(all.Sum(one => Amount(one, kind, name)), first[false].Select(one => Amount(one, kind, name)).DefaultIfEmpty(0).Max()) + first[true].Sum(one => Amount(one, kind, name)), Amount(spec, kind, name)));
    }

    /// <summary>Who has a limit and names no request asks for the limit.</summary>
    private static decimal Amount(JsonObject one, string kind, string name)
    {
        var resources = one["resources"];
        return ResourceQuantity.TryParse((resources?[kind]?[name] ?? (kind == "requests" ? resources?["limits"]?[name] : null))?.ToString(), out var amount) ? Math.Min(amount, Most) : 0;
    }

    private static IEnumerable<string> Names(JsonNode? amounts) => amounts is JsonObject named ? named.Select(entry => entry.Key) : [];
}
