using System.Text.Json.Nodes;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>What a team applies.</summary>
internal static class Manifests
{
    public static string Image(int version) => $"example.com/web:{version}";

    /// <summary>A Deployment with one container.</summary>
    public static JsonObject Deployment(string name, string image, int? replicas = 2) => JsonNode.Parse($$"""
        {
          "apiVersion": "apps/v1", "kind": "Deployment",
          "metadata": { "name": "{{name}}", "labels": { "app": "{{name}}" }, "annotations": { "team.example.com/owner": "web" } },
          "spec": {
            {{(replicas is { } count ? $"\"replicas\": {count}," : "")}}
            "selector": { "matchLabels": { "app": "{{name}}" } },
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } },
            "template": {
              "metadata": { "labels": { "app": "{{name}}" } },
              "spec": { "containers": [ { "name": "main", "image": "{{image}}", "env": [ { "name": "A", "value": "1" } ] } ] }
            }
          }
        }
        """)!.AsObject();

    /// <summary>A StatefulSet with one container.</summary>
    public static JsonObject StatefulSet(string name, string image, string podManagement = "OrderedReady") => JsonNode.Parse($$"""
        {
          "apiVersion": "apps/v1", "kind": "StatefulSet",
          "metadata": { "name": "{{name}}", "labels": { "app": "{{name}}" } },
          "spec": {
            "replicas": 2, "serviceName": "{{name}}", "podManagementPolicy": "{{podManagement}}",
            "selector": { "matchLabels": { "app": "{{name}}" } },
            "template": {
              "metadata": { "labels": { "app": "{{name}}" } },
              "spec": { "containers": [ { "name": "main", "image": "{{image}}" } ] }
            }
          }
        }
        """)!.AsObject();

    /// <summary>A DaemonSet with one container, for the nodes with a label.</summary>
    public static JsonObject DaemonSet(string name, string image, string node) => JsonNode.Parse($$"""
        {
          "apiVersion": "apps/v1", "kind": "DaemonSet",
          "metadata": { "name": "{{name}}", "labels": { "app": "{{name}}" } },
          "spec": {
            "selector": { "matchLabels": { "app": "{{name}}" } },
            "template": {
              "metadata": { "labels": { "app": "{{name}}" } },
              "spec": { "nodeSelector": { "test": "{{node}}" }, "containers": [ { "name": "main", "image": "{{image}}" } ] }
            }
          }
        }
        """)!.AsObject();

    /// <summary>A policy whose times are short, for a test.</summary>
    public static JsonObject Policy(string name, string workload, string mode = "Autonomous") => JsonNode.Parse($$"""
        {
          "apiVersion": "chronosops.io/v1alpha1", "kind": "RemediationPolicy",
          "metadata": { "name": "{{name}}" },
          "spec": {
            "mode": "{{mode}}",
            "workloads": { "name": "{{workload}}" },
            "signals": [
              { "name": "errors", "preset": "HttpErrorRatio", "threshold": "5%", "window": "5s", "for": "2s", "minimumRequestsPerSecond": "1", "grace": "2s" },
              { "name": "latency", "preset": "HttpLatencyP95", "threshold": "500ms", "window": "5s", "for": "2s", "minimumRequestsPerSecond": "1", "grace": "2s" }
            ],
            "rolloutDeadline": "8s",
            "knownGood": { "minimumDuration": "2s", "minimumRequests": 20 },
            "verification": { "consecutiveChecks": 2, "timeout": "40s", "recurrenceWatch": "2s" }
          }
        }
        """)!.AsObject();

    /// <summary>A policy that may restart a pod, too.</summary>
    public static JsonObject RestartPolicy(string name, string workload)
    {
        var policy = Policy(name, workload);
        policy["spec"]!.AsObject().Child("remediation")["ladder"] = new JsonArray("Rollback", "Restart");
        return policy;
    }

    /// <summary>A policy that may scale to four replicas, and knows by a query of its own how full the pods are.</summary>
    public static JsonObject ScalePolicy(string name, string workload)
    {
        var policy = Policy(name, workload);
        policy["spec"]!["signals"]!.AsArray().Add(JsonNode.Parse("""{ "name": "pool", "query": "max by (pod) (pool_used_ratio)", "saturation": true, "threshold": "90%", "window": "5s", "for": "2s" }"""));
        policy["spec"]!.AsObject()["remediation"] = JsonNode.Parse("""{ "ladder": ["Rollback", "Scale"], "scale": { "maxReplicas": 4 }, "maxActionsPerHour": 10 }""");
        return policy;
    }

    /// <summary>The first container of a Deployment.</summary>
    public static JsonObject Container(this JsonObject deployment) => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!.AsObject();

    /// <summary>A part of the object that is there or is made.</summary>
    public static JsonObject Child(this JsonObject parent, string name) => (parent[name] ??= new JsonObject()).AsObject();
}
