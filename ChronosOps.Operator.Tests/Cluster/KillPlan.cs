using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Tests.ApiServer;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>A moment in an incident's life at which the operator is ended.</summary>
/// <param name="Name">What the operator was about to do or had just done.</param>
/// <param name="Phase">The phase in which the incident then is for whoever reads it; "none" where it has none yet.</param>
/// <param name="When">Before the API server was asked, or before its answer came back.</param>
/// <param name="Matches">Method, path and body of the write.</param>
internal sealed record KillMoment(string Name, string Phase, ProxyMoment When, Func<string, string, string, bool> Matches);

/// <summary>A process that was ended: at which moment, in which namespace, and its id.</summary>
internal sealed record Death(KillMoment Moment, string Namespace, int Process);

/// <summary>Ends the operator's process once at each moment, whichever incident comes there first.</summary>
internal sealed class KillPlan(OperatorPod operatorPod)
{
    private readonly Lock _gate = new();
    private readonly List<KillMoment> _left =
    [
        new("the incident was opened", "none", ProxyMoment.After, (method, path, _) => method == "POST" && path.EndsWith("/incidents", StringComparison.Ordinal)),
        Entered("Observing"),
        Entered("Orienting"),
        Entered("Deciding"),
        Entered("Acting"),
        new("the patch was about to be sent", "Acting", ProxyMoment.Before, IsRollback),
        new("the patch was accepted and not recorded", "Acting", ProxyMoment.After, IsRollback),
        Entered("Verifying"),
        Leaving("Verifying", "Mitigated"),
        Entered("Mitigated"),
        Leaving("Mitigated", "Resolved"),
    ];

    /// <summary>Who died, oldest first.</summary>
    public ConcurrentQueue<Death> Deaths { get; } = new();

    public IReadOnlyList<string> Left
    {
        get
        {
            lock (_gate)
            {
                return [.. _left.Select(moment => moment.Name)];
            }
        }
    }

    /// <summary>For the proxy: whether the write dies with the operator. A write of a process that is dead already finds nobody to end.</summary>
    public bool Interfere(ProxyMoment moment, string method, string path, string body)
    {
        lock (_gate)
        {
            if (_left.FirstOrDefault(one => one.When == moment && one.Matches(method, path, body)) is not { } due || operatorPod.Kill() is not { } id)
            {
                return false;
            }

            _left.Remove(due);
            Deaths.Enqueue(new Death(due, path.Split('/').SkipWhile(part => part != "namespaces").Skip(1).First(), id));
            return true;
        }
    }

    private static KillMoment Entered(string phase) => new($"{phase} was written", phase, ProxyMoment.After, (method, path, body) => PhaseOf(method, path, body) == phase);

    private static KillMoment Leaving(string phase, string next) => new($"{next} was about to be written", phase, ProxyMoment.Before, (method, path, body) => PhaseOf(method, path, body) == next);

    private static string? PhaseOf(string method, string path, string body) =>
        method == "PUT" && path.Contains("/incidents/", StringComparison.Ordinal) && path.EndsWith("/status", StringComparison.Ordinal) ? (string?)JsonNode.Parse(body)!["status"]?["phase"] : null;

    private static bool IsRollback(string method, string path, string body) =>
        method == "PATCH" && path.Contains("/deployments/", StringComparison.Ordinal) && body.Contains("/spec/template", StringComparison.Ordinal);
}
