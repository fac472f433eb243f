using System.Text.Json.Nodes;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A write that the API server accepted.</summary>
internal sealed record AuditedWrite(DateTimeOffset At, string Verb, string Group, string Resource, string? Subresource, string Namespace, string Name, bool ChangedSpec)
{
    /// <summary>Not the operator's own objects, its Lease, Events and postmortems: somebody else's.</summary>
    public bool IsForeign => Group is not ("chronosops.io" or "events.k8s.io" or "coordination.k8s.io") && Resource != "events" && !(Resource == "configmaps" && Name.StartsWith("postmortem-", StringComparison.Ordinal));
}

/// <summary>The API server's own record of who wrote what.</summary>
internal sealed class AuditLog(string path)
{
    private static readonly HashSet<string> Writes = ["create", "update", "patch", "delete", "deletecollection"];

    /// <summary>All accepted writes of a user, oldest first, without dry runs. A spec changed where metadata.generation rose.</summary>
    public IReadOnlyList<AuditedWrite> Of(string user)
    {
        var generations = new Dictionary<string, long>();
        var found = new List<AuditedWrite>();
        foreach (var entry in Entries(user.Split(':')[2]))
        {
            if ((string?)entry["stage"] != "ResponseComplete" || !Writes.Contains((string)entry["verb"]!) || ((string?)entry["requestURI"])?.Contains("dryRun=All", StringComparison.Ordinal) == true || ((int?)entry["responseStatus"]?["code"] ?? 500) >= 300)
            {
                continue;
            }

            var metadata = entry["responseObject"]?["metadata"];
            var (uid, generation) = ((string?)metadata?["uid"], (long?)metadata?["generation"]);
            var changed = generation is not null && (uid is null || !generations.TryGetValue(uid, out var before) || before != generation);
            if (uid is not null && generation is { } known)
            {
                generations[uid] = known;
            }

            if ((string?)entry["user"]?["username"] == user)
            {
                var target = entry["objectRef"]!;
                found.Add(new AuditedWrite(At(entry), (string)entry["verb"]!, (string?)target["apiGroup"] ?? "", (string)target["resource"]!, (string?)target["subresource"],
                    (string?)target["namespace"] ?? "", (string?)target["name"] ?? "", changed));
            }
        }

        return found;
    }

    private static DateTimeOffset At(JsonNode entry) => DateTimeOffset.Parse((string)entry["requestReceivedTimestamp"]!, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Lines are chosen by the namespace as text before they are parsed: the log is long.</summary>
    private IEnumerable<JsonNode> Entries(string ns)
    {
        var folder = Path.GetDirectoryName(path)!;
        foreach (var file in Directory.GetFiles(folder, "audit*.log").OrderBy(file => file == path).ThenBy(file => file, StringComparer.Ordinal))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            while (reader.ReadLine() is { } line)
            {
                if (line.Contains(ns, StringComparison.Ordinal) && line.EndsWith('}'))
                {
                    yield return JsonNode.Parse(line)!;
                }
            }
        }
    }
}
