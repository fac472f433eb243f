using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>Reads pod templates as they are on the wire, so that nothing of them is lost.</summary>
public static class PodTemplates
{
    private const string TemplateHashLabel = "pod-template-hash";
    private const string RestartedAt = "kubectl.kubernetes.io/restartedAt";

    /// <summary>Parts of the keys by which annotations of pods change what runs in them: sidecars and secrets put into them, AppArmor and seccomp, networks.</summary>
    private static readonly string[] Acting =
        ["inject", "istio.io/", "linkerd.io/", "hashicorp.com/", "dapr.io/", "kuma.io/", "datadoghq.com/", "opentelemetry", "kubernetes.io/", "k8s.io/", "cncf.io/"];

    /// <summary>The template that a Deployment had when it made the ReplicaSet: without the label that the ReplicaSet adds.</summary>
    public static JsonObject Restorable(JsonObject template)
    {
        var copy = template.DeepClone().AsObject();
        if (copy["metadata"] is JsonObject metadata)
        {
            metadata.Remove("creationTimestamp");
            RemoveKeys(metadata, "labels", key => key == TemplateHashLabel);
        }

        return copy;
    }

    /// <summary>The template without what does not make it another revision.</summary>
    public static JsonObject WithoutStamps(JsonObject template) => WithoutAnnotations(template, IsOfNoRevision);

    /// <summary>The template without any annotation but those that are known to change what runs: what a pipeline writes there anew at each run makes no other release.</summary>
    public static JsonObject WhatRuns(JsonObject template) => WithoutAnnotations(template, key => IsOfNoRevision(key) || !ChangesWhatRuns(key));

    /// <summary>Whether an annotation of pods is known to change what runs in them.</summary>
    public static bool ChangesWhatRuns(string annotation) => Acting.Any(word => annotation.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>An annotation of the template.</summary>
    public static string? Annotation(JsonObject template, string key) =>
        Text(template["metadata"]?["annotations"]?[key]);

    /// <summary>All containers, init containers first.</summary>
    public static IEnumerable<ContainerFacts> Containers(JsonObject template) =>
        from container in AllContainers(template)
        select new ContainerFacts(Text(container["name"]) ?? "", Text(container["image"]) ?? "", Text(container["imagePullPolicy"]));

    /// <summary>The ConfigMaps and Secrets that the template refers to in env, envFrom and volumes, each once.</summary>
    public static IEnumerable<ConfigReference> ConfigReferences(JsonObject template) =>
        (from reference in FromContainers(template).Concat(FromVolumes(template))
         where reference.Name.Length > 0
         group reference by (reference.Kind, reference.Name) into same
         select new ConfigReference(same.Key.Kind, same.Key.Name, same.All(r => r.Optional)))
        .OrderBy(r => r.Kind, StringComparer.Ordinal).ThenBy(r => r.Name, StringComparer.Ordinal);

    /// <summary>What else has to be there for its pods to be let in and to start: the service account, the priority class and the claims of its volumes, each once.</summary>
    public static IEnumerable<Prerequisite> Prerequisites(JsonObject template)
    {
        var spec = template["spec"] as JsonObject ?? [];
        var claims = Items(spec["volumes"]).Select(volume => (Prerequisite.Claim, Text((volume["persistentVolumeClaim"] as JsonObject)?["claimName"])));
        return (from named in claims.Prepend((Prerequisite.PriorityClass, Text(spec["priorityClassName"]))).Prepend((Prerequisite.ServiceAccount, Text(spec["serviceAccountName"]) ?? Text(spec["serviceAccount"])))
                where !string.IsNullOrEmpty(named.Item2)
                select new Prerequisite(named.Item1, named.Item2)).Distinct();
    }

    /// <summary>What the containers are told: values of variables, commands and arguments.</summary>
    public static IEnumerable<string> Texts(JsonObject template) =>
        from container in AllContainers(template)
        from text in Items(container["env"]).Select(variable => Text(variable["value"])).Concat(Strings(container["command"])).Concat(Strings(container["args"]))
        where text is not null
        select text;

    /// <summary>The labels that its pods bear, without the one that the ReplicaSet adds.</summary>
    public static Dictionary<string, string> Labels(JsonObject template) =>
        (template["metadata"]?["labels"] as JsonObject ?? []).Where(label => label.Key != TemplateHashLabel).ToDictionary(label => label.Key, label => Text(label.Value) ?? "");

    /// <summary>The names of its containers' ports.</summary>
    public static HashSet<string> PortNames(JsonObject template) =>
        [.. AllContainers(template).SelectMany(container => Items(container["ports"])).Select(port => Text(port["name"])).OfType<string>()];

    /// <summary>Whether it names nodes.</summary>
    public static bool ChoosesNodes(JsonObject template) =>
        template["spec"] is JsonObject spec && (spec["nodeName"] is not null || spec["nodeSelector"] is JsonObject { Count: > 0 } || spec["affinity"]?["nodeAffinity"] is not null);

    /// <summary>What of it may keep two of its pods off one node, or a pod off a node with room; null where nothing does.</summary>
    public static string? KeepsApart(JsonObject template) =>
        Required(template, "podAntiAffinity") || Required(template, "podAffinity") ? "a required affinity to pods"
        : Items(template["spec"]?["topologySpreadConstraints"]).Any(one => Text(one["whenUnsatisfiable"]) == "DoNotSchedule") ? "a strict topologySpreadConstraint"
        : AllContainers(template).SelectMany(container => Items(container["ports"])).Any(port => port["hostPort"] is not null) ? "a hostPort"
        : Items(template["spec"]?["volumes"]).Any(volume => volume["persistentVolumeClaim"] is not null) ? "a volume that may belong to one node"
        : null;

    /// <summary>
    /// How long its probes let it start: until a startup probe gives up, or readiness is asked for the first time. Containers start together, sidecars one after another before them. An hour at most.
    /// https://kubernetes.io/docs/concepts/workloads/pods/probes/
    /// </summary>
    public static TimeSpan StartAllowance(JsonObject template) => TimeSpan.FromSeconds(
        Math.Min(3600, Items(template["spec"]?["initContainers"]).Sum(StartSeconds) + Items(template["spec"]?["containers"]).Select(StartSeconds).DefaultIfEmpty(0).Max()));

    private static double StartSeconds(JsonObject container)
    {
        var (startup, readiness) = (container["startupProbe"], container["readinessProbe"]);
        var started = startup is null ? 0 : Number(startup["initialDelaySeconds"], 0) + (Number(startup["periodSeconds"], 10) * Number(startup["failureThreshold"], 3));
        return Math.Max(started, Number(readiness?["initialDelaySeconds"], 0));
    }

    private static double Number(JsonNode? node, double otherwise) => node is JsonValue value && value.TryGetValue(out int number) ? Math.Max(0, number) : otherwise;

    private static bool Required(JsonObject template, string affinity) =>
        template["spec"]?["affinity"]?[affinity]?["requiredDuringSchedulingIgnoredDuringExecution"] is JsonArray { Count: > 0 };

    private static IEnumerable<ConfigReference> FromContainers(JsonObject template)
    {
        foreach (var container in AllContainers(template))
        {
            foreach (var source in Items(container["envFrom"]))
            {
                foreach (var reference in Either(source["configMapRef"], source["secretRef"], "name"))
                {
                    yield return reference;
                }
            }

            foreach (var variable in Items(container["env"]))
            {
                foreach (var reference in Either(variable["valueFrom"]?["configMapKeyRef"], variable["valueFrom"]?["secretKeyRef"], "name"))
                {
                    yield return reference;
                }
            }
        }
    }

    private static IEnumerable<ConfigReference> FromVolumes(JsonObject template)
    {
        foreach (var volume in Items(template["spec"]?["volumes"]))
        {
            foreach (var reference in Either(volume["configMap"], null, "name").Concat(Either(null, volume["secret"], "secretName")))
            {
                yield return reference;
            }

            foreach (var source in Items(volume["projected"]?["sources"]))
            {
                foreach (var reference in Either(source["configMap"], source["secret"], "name"))
                {
                    yield return reference;
                }
            }
        }
    }

    private static IEnumerable<ConfigReference> Either(JsonNode? configMap, JsonNode? secret, string nameKey)
    {
        if (configMap is JsonObject)
        {
            yield return new ConfigReference("ConfigMap", Text(configMap[nameKey]) ?? "", IsTrue(configMap["optional"]));
        }

        if (secret is JsonObject)
        {
            yield return new ConfigReference("Secret", Text(secret[nameKey]) ?? "", IsTrue(secret["optional"]));
        }
    }

    private static IEnumerable<JsonObject> AllContainers(JsonObject template) =>
        Items(template["spec"]?["initContainers"]).Concat(Items(template["spec"]?["containers"]));

    /// <summary>The objects of a list; none where there is no list.</summary>
    internal static IEnumerable<JsonObject> Items(JsonNode? node) => node is JsonArray array ? array.OfType<JsonObject>() : [];

    private static IEnumerable<string?> Strings(JsonNode? node) => node is JsonArray array ? array.Select(Text) : [];

    /// <summary>A field's text; null where it holds none.</summary>
    internal static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue(out bool flag) && flag;

    private static bool IsOfNoRevision(string annotation) => annotation == RestartedAt || annotation.StartsWith(ApiGroup.Prefix, StringComparison.Ordinal);

    private static JsonObject WithoutAnnotations(JsonObject template, Func<string, bool> remove)
    {
        var copy = Restorable(template);
        if (copy["metadata"] is JsonObject metadata)
        {
            RemoveKeys(metadata, "annotations", remove);
            if (metadata.Count == 0)
            {
                copy.Remove("metadata");
            }
        }

        return copy;
    }

    private static void RemoveKeys(JsonObject metadata, string map, Func<string, bool> remove)
    {
        if (metadata[map] is not JsonObject entries)
        {
            return;
        }

        foreach (var key in entries.Select(e => e.Key).Where(remove).ToList())
        {
            entries.Remove(key);
        }

        if (entries.Count == 0)
        {
            metadata.Remove(map);
        }
    }
}
