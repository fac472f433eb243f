using System.Text.Json;

namespace ChronosOps.Samples.DemoService.Discover;

/// <summary>
/// Turns lists of pods and nodes into Prometheus' HTTP service discovery format, with the meta labels of its own Kubernetes discovery
/// (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config), so that the usual relabelling applies.
/// </summary>
internal static class Targets
{
    private const int KubeletPort = 10250;

    /// <summary>One target for each declared port of each container of each pod that has an address and has not ended.</summary>
    public static void WritePods(Utf8JsonWriter json, JsonElement podList)
    {
        json.WriteStartArray();
        foreach (var pod in Items(podList))
        {
            var phase = Text(pod, "status", "phase");
            var address = Text(pod, "status", "podIP");
            if (address.Length == 0 || phase is "Succeeded" or "Failed")
            {
                continue;
            }

            foreach (var (container, port) in Ports(pod))
            {
                WriteTarget(json, address, port.GetProperty("containerPort").GetInt32(), labels =>
                {
                    labels("namespace", Text(pod, "metadata", "namespace"));
                    labels("pod_name", Text(pod, "metadata", "name"));
                    labels("pod_phase", phase);
                    labels("pod_node_name", Text(pod, "spec", "nodeName"));
                    labels("pod_container_name", Text(container, "name"));
                    labels("pod_container_port_name", Text(port, "name"));
                    labels("pod_container_port_number", port.GetProperty("containerPort").GetRawText());
                    WriteMap(labels, "pod_label_", pod, "labels");
                    WriteMap(labels, "pod_annotation_", pod, "annotations");
                });
            }
        }

        json.WriteEndArray();
    }

    /// <summary>The kubelet of each node.</summary>
    public static void WriteNodes(Utf8JsonWriter json, JsonElement nodeList)
    {
        json.WriteStartArray();
        foreach (var node in Items(nodeList))
        {
            var addresses = node.TryGetProperty("status", out var status) && status.TryGetProperty("addresses", out var list) ? list.EnumerateArray() : default;
            var internalIp = addresses.FirstOrDefault(address => Text(address, "type") == "InternalIP");
            if (internalIp.ValueKind == JsonValueKind.Object)
            {
                WriteTarget(json, Text(internalIp, "address"), KubeletPort, labels => labels("node_name", Text(node, "metadata", "name")));
            }
        }

        json.WriteEndArray();
    }

    /// <summary>A name that is valid in a label: Prometheus does the same.</summary>
    public static string Sanitize(string name) =>
        string.Create(name.Length, name, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '_';
            }
        });

    private static void WriteTarget(Utf8JsonWriter json, string address, int port, Action<Action<string, string>> labels)
    {
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        json.WriteStartObject();
        json.WriteStartArray("targets");
        json.WriteStringValue(FormattableString.Invariant($"{host}:{port}"));
        json.WriteEndArray();
        json.WriteStartObject("labels");
        labels((name, value) => json.WriteString("__meta_kubernetes_" + name, value));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMap(Action<string, string> labels, string prefix, JsonElement pod, string map)
    {
        if (!pod.GetProperty("metadata").TryGetProperty(map, out var entries))
        {
            return;
        }

        // Two keys may become the same name; a JSON object with a name twice would be refused as a whole.
        foreach (var group in entries.EnumerateObject().GroupBy(entry => Sanitize(entry.Name), StringComparer.Ordinal))
        {
            labels(prefix + group.Key, group.Last().Value.GetString() ?? "");
        }
    }

    private static IEnumerable<(JsonElement Container, JsonElement Port)> Ports(JsonElement pod) =>
        from container in pod.GetProperty("spec").GetProperty("containers").EnumerateArray()
        where container.TryGetProperty("ports", out _)
        from port in container.GetProperty("ports").EnumerateArray()
        select (container, port);

    // A list without members has null items.
    private static JsonElement.ArrayEnumerator Items(JsonElement list) =>
        list.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default;

    private static string Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (!element.TryGetProperty(name, out element))
            {
                return "";
            }
        }

        return element.GetString() ?? "";
    }
}
