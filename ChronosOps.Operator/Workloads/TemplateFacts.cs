using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>What matters of a pod template: enough to judge a rollback without keeping the template in memory.</summary>
public sealed record TemplateFacts
{
    /// <summary>The revision: a hash of the template without restart stamps, without the ReplicaSet's label and without our own annotations.</summary>
    public required string Revision { get; init; }

    /// <summary>The release: a hash of the same without annotations, but for those that are known to change what runs. Revisions of one release differ in stamps of whoever applied them.</summary>
    public string Release { get => field ?? Revision; init; }
    public required IReadOnlyList<ContainerFacts> Containers { get; init; }
    public required IReadOnlyList<ConfigReference> ConfigReferences { get; init; }
    public required bool DoNotRollBack { get; init; }

    /// <summary>What else has to be there for its pods to be let in and to start.</summary>
    public IReadOnlyList<Prerequisite> Prerequisites { get; init; } = [];

    /// <summary>The hosts that variables and arguments name, without ports: what the workload is likely to depend on.</summary>
    public IReadOnlySet<string> Hosts { get; init; } = new HashSet<string>();

    /// <summary>The labels that its pods bear, without the ReplicaSet's own.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The names of the containers' ports, which a Service may speak of.</summary>
    public IReadOnlySet<string> Ports { get; init; } = new HashSet<string>();

    /// <summary>Whether the template says on which nodes its pods may run.</summary>
    public bool ChoosesNodes { get; init; }

    /// <summary>What of the template may keep a further pod off a node that has room for it; null where nothing does.</summary>
    public string? KeepsApart { get; init; }

    /// <summary>How long the template's own probes let its containers start; 0 where they say nothing of it.</summary>
    public TimeSpan StartAllowance { get; init; }

    public string Images => string.Join(", ", Containers.Select(container => container.Image));

    private static readonly ConditionalWeakTable<object, TemplateFacts> Attached = [];

    /// <summary>The facts that were attached to an object when it was cached, or those of its template.</summary>
    /// <param name="owner">The cached object.</param>
    /// <param name="template">Its template, if it still has one.</param>
    public static TemplateFacts Of(object owner, JsonObject? template) =>
        Attached.GetValue(owner, _ => Read(template ?? []));

    /// <summary>Reads a pod template.</summary>
    public static TemplateFacts Read(JsonObject template) => new()
    {
        Revision = HashOf(PodTemplates.WithoutStamps(template)),
        Release = HashOf(PodTemplates.WhatRuns(template)),
        Containers = [.. PodTemplates.Containers(template)],
        ConfigReferences = [.. PodTemplates.ConfigReferences(template)],
        Prerequisites = [.. PodTemplates.Prerequisites(template)],
        DoNotRollBack = PodTemplates.Annotation(template, ApiGroup.DoNotRollBackAnnotation) == "true",
        Hosts = HostNames.In(PodTemplates.Texts(template)),
        Labels = PodTemplates.Labels(template),
        Ports = PodTemplates.PortNames(template),
        ChoosesNodes = PodTemplates.ChoosesNodes(template),
        KeepsApart = PodTemplates.KeepsApart(template),
        StartAllowance = PodTemplates.StartAllowance(template),
    };

    private static string HashOf(JsonObject template)
    {
        var text = new StringBuilder();
        WriteCanonical(template, text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
    }

    private static void WriteCanonical(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case JsonObject o:
                text.Append('{');
                foreach (var (key, value) in o.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    text.Append(JsonValue.Create(key)!.ToJsonString()).Append(':');
                    WriteCanonical(value, text);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonArray a:
                text.Append('[');
                foreach (var item in a)
                {
                    WriteCanonical(item, text);
                    text.Append(',');
                }

                text.Append(']');
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }
}

/// <summary>One container of a template.</summary>
public sealed record ContainerFacts(string Name, string Image, string? PullPolicy)
{
    /// <summary>Whether the image's name may stand for other content tomorrow: no digest, and the tag is latest, missing, or pulled anew each time.</summary>
    public bool IsMutable
    {
        get
        {
            if (Image.Contains('@'))
            {
                return false;
            }

            var name = Image[(Image.LastIndexOf('/') + 1)..];
            return !name.Contains(':') || name.EndsWith(":latest", StringComparison.Ordinal) || PullPolicy == "Always";
        }
    }
}

/// <summary>A ConfigMap or Secret that a template refers to.</summary>
public sealed record ConfigReference(string Kind, string Name, bool Optional)
{
    /// <summary>How long before the trouble a write of it is still suspected to be the cause.</summary>
    public static readonly TimeSpan Suspected = TimeSpan.FromMinutes(10);
}

/// <summary>An object that a template names and without which its pods are refused, or do not start; what it holds does not matter.</summary>
/// <param name="Kind">ServiceAccount, PriorityClass or PersistentVolumeClaim.</param>
/// <param name="Name">Its name.</param>
public sealed record Prerequisite(string Kind, string Name)
{
    public const string ServiceAccount = "ServiceAccount";
    public const string PriorityClass = "PriorityClass";
    public const string Claim = "PersistentVolumeClaim";
}
