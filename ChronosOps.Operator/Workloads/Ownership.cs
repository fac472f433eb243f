using System.Text.Json.Nodes;

namespace ChronosOps.Operator.Workloads;

/// <summary>Who drives a workload from outside the cluster's own controllers.</summary>
/// <param name="Manager">Argo CD, Flux or Helm; null when nobody is known to.</param>
/// <param name="Reference">What tells so.</param>
/// <param name="IsGitOps">Whether the manager reverts changes that are made behind its back.</param>
public sealed record Ownership(string? Manager, string? Reference, bool IsGitOps)
{
    private static readonly (string Key, string Manager)[] Marks =
    [
        ("argocd.argoproj.io/tracking-id", "Argo CD"),
        ("argocd.argoproj.io/instance", "Argo CD"),
        ("argocd.argoproj.io/sync-wave", "Argo CD"),
        ("kustomize.toolkit.fluxcd.io/name", "Flux"),
        ("helm.toolkit.fluxcd.io/name", "Flux (Helm release)"),
        ("fluxcd.io/sync-gc-mark", "Flux"),
    ];

    /// <summary>The annotations, or labels, by which a GitOps controller marks what it applies.</summary>
    public static IEnumerable<string> GitOpsMarks => Marks.Select(mark => mark.Key);

    private static readonly Dictionary<string, string> FieldManagers = new()
    {
        ["argocd-controller"] = "Argo CD",
        ["argocd-application-controller"] = "Argo CD",
        ["kustomize-controller"] = "Flux",
        ["helm-controller"] = "Flux (Helm release)",
    };

    /// <summary>Reads the marks that Argo CD, Flux and Helm leave on what they apply.</summary>
    /// <param name="deployment">The live object with its managedFields.</param>
    public static Ownership Of(JsonNode deployment)
    {
        var metadata = deployment["metadata"];
        foreach (var (key, manager) in Marks)
        {
            foreach (var map in new[] { "annotations", "labels" })
            {
                if (metadata?[map]?[key] is JsonValue value)
                {
                    return new Ownership(manager, $"{map[..^1]} {key}={value}", IsGitOps: true);
                }
            }
        }

        foreach (var entry in (metadata?["managedFields"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var name = entry["manager"]?.ToString() ?? "";
            if (FieldManagers.TryGetValue(name, out var manager))
            {
                return new Ownership(manager, $"field manager {name}", IsGitOps: true);
            }
        }

        return metadata?["annotations"]?["meta.helm.sh/release-name"] is JsonValue release
            ? new Ownership("Helm", $"release {release}", IsGitOps: false)
            : new Ownership(null, null, IsGitOps: false);
    }
}
