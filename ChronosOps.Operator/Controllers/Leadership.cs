using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli;

namespace ChronosOps.Operator.Controllers;

/// <summary>
/// Who of several replicas works. Without an election this process does, from the start; with one it stands by, its caches filled,
/// until it holds the Lease. A process that has lost the Lease ends: what it remembers of the time when it led would be old by the
/// time it leads again, and started anew it reads everything from the API server.
/// </summary>
[EntityRbac(typeof(V1Lease), Verbs = RbacVerb.Create, Own = true, When = RbacSwitches.LeaderElection, Why = "who leads; RBAC cannot narrow create by name")]
[EntityRbac(typeof(V1Lease), Verbs = RbacVerb.Get | RbacVerb.Update, Own = true, ResourceName = RbacSwitches.Lease, When = RbacSwitches.LeaderElection, Why = "who leads")]
public sealed class Leadership(KubernetesClient client, RunOptions options, ILogger log, TimeProvider time)
{
    /// <summary>Since when this process works; null while it stands by.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Works while this process leads.</summary>
    /// <exception cref="LeadershipLostException">The Lease was lost; the work has ended.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        if (!options.LeaderElect)
        {
            await LeadAsync(work, ct).ConfigureAwait(false);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var lease = new LeaseLock(client, options.LeaseNamespace, options.LeaseName, LeaseLock.UniqueIdentity());
        var elector = new LeaderElector(new LeaderElectionConfig(lease), log, time);
        elector.OnStoppedLeading += end.Cancel;
        elector.OnNewLeader += leader => log.LogInformation("{Leader} leads", leader);
        try
        {
            await elector.RunAsync(leading => LeadAsync(work, leading), end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new LeadershipLostException($"the Lease {lease} was lost; another replica may hold it now");
        }
    }

    private async Task LeadAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        Since = time.GetUtcNow();
        try
        {
            await work(ct).ConfigureAwait(false);
        }
        finally
        {
            Since = null;
        }
    }
}

/// <summary>This process no longer leads and must start anew.</summary>
public sealed class LeadershipLostException(string message) : Exception(message);
