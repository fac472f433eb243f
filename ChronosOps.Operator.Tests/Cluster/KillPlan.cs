using System.Collections.Concurrent;
using ChronosOps.Operator.Tests.ApiServer;
using ChronosOps.Operator.Tests.Support;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>A moment in an incident's life at which the operator is ended.</summary>
/// <param name="Name">What the operator was about to do or had just done.</param>
/// <param name="Phase">The phase in which the incident then is for whoever reads it; "none" where it has none yet.</param>
/// <param name="When">Before the API server was asked, or before its answer came back.</param>
/// <param name="Matches">Method, path and body of the write.</param>
internal sealed record KillMoment(string Name, string Phase, ProxyMoment When, Func<string, string, string, bool> Matches);

/// <summary>A process that was ended: at which moment, on the way of whose incident, its id, and the phases that the API server held while nobody could write.</summary>
internal sealed record Death(KillMoment Moment, string Service, int Process, IReadOnlyDictionary<string, string> Phases);

/// <summary>Ends the operator's process once at each moment, whichever incident comes there first.</summary>
/// <param name="operatorPod">Whose process.</param>
/// <param name="services">Whose incidents.</param>
/// <param name="since">Only incidents opened since count.</param>
internal sealed class KillPlan(OperatorPod operatorPod, IReadOnlyList<ServiceUnderTraffic> services, DateTimeOffset since) : IDisposable
{
    /// <summary>No write passes before the phases at a death have been read, not even one of the operator's next process.</summary>
    private readonly SemaphoreSlim _gate = new(1);
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

    /// <summary>The moments that have not come yet.</summary>
    public IReadOnlyList<string> Left { get; private set; } = ["any"];

    /// <summary>For the proxy: whether the write dies with the operator. A write of a process that is dead already finds nobody to end.</summary>
    public async Task<bool> InterfereAsync(ProxyMoment moment, string method, string path, string body)
    {
        await _gate.WaitAsync();
        try
        {
            if (_left.FirstOrDefault(one => one.When == moment && one.Matches(method, path, body)) is not { } due || operatorPod.Kill() is not { } id)
            {
                return false;
            }

            var ns = path.Split('/').SkipWhile(part => part != "namespaces").Skip(1).First();
            Deaths.Enqueue(new Death(due, services.Single(service => service.Namespace == ns).Name, id, await KilledServices.PhasesAsync(services, since)));
            _left.Remove(due);
            Left = [.. _left.Select(one => one.Name)];
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private static KillMoment Entered(string phase) => new($"{phase} was written", phase, ProxyMoment.After, (method, path, body) => StatusWrite.PhaseOf(method, path, body) == phase);

    private static KillMoment Leaving(string phase, string next) => new($"{next} was about to be written", phase, ProxyMoment.Before, (method, path, body) => StatusWrite.PhaseOf(method, path, body) == next);

    private static bool IsRollback(string method, string path, string body) =>
        method == "PATCH" && path.Contains("/deployments/", StringComparison.Ordinal) && body.Contains("/spec/template", StringComparison.Ordinal);
}
