using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary>Looks for an incident and at it, twice a second, and prints what is new until it has ended.</summary>
internal sealed class IncidentFollower(KubernetesClient client, CliHost host)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(5);

    private readonly GenericClient<Incident> _incidents = client.For(ApiResources.Incidents);
    private readonly IncidentStory _story = new();
    private readonly DateTimeOffset _started = host.Time.GetUtcNow();
    private Incident? _incident;
    private DateTimeOffset _reminded = host.Time.GetUtcNow();
    private bool _complained;

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Workload { get; init; }

    public required TimeSpan Timeout { get; init; }

    public bool AllowDismissed { get; init; }

    public bool UntilMitigated { get; init; }

    public bool Json { get; init; }

    private string Wanted => $"{(Name is null ? "an incident" : $"incident {Name}")}{(Workload is null ? "" : $" of {Workload}")} in {(Namespace is null ? "any namespace" : $"namespace {Namespace}")}";

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await LookAsync(cancellationToken);
            if (_incident is not null && await TellAsync(_incident) is { } exitCode)
            {
                return exitCode;
            }

            var now = host.Time.GetUtcNow();
            if (now - _started >= Timeout)
            {
                await host.Error.WriteLineAsync(_incident is null
                    ? $"error: no sign of {Wanted} within {Quantities.Format(Timeout)}"
                    : $"error: not over within {Quantities.Format(Timeout)}; {_incident.Key()} is {_incident.Status?.Phase?.ToString() ?? "not taken up"}");
                return ExitCodes.TimedOut;
            }

            if (_incident is null && now - _reminded >= Reminder)
            {
                _reminded = now;
                await host.Error.WriteLineAsync($"waiting for {Wanted} ({Quantities.Format(now - _started)})");
            }

            await Task.Delay(Pause, host.Time, cancellationToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = _incident is null ? await FindAsync(cancellationToken) : await _incidents.FindNamespacedAsync(_incident.Namespace()!, _incident.Name(), cancellationToken);
            if (found is null && _incident is not null)
            {
                throw new CliException($"incident {_incident.Key()} was deleted while it was followed");
            }

            if (found is not null && _incident is null && !Json)
            {
                await host.Out.WriteLineAsync(Terminal.Safe($"Incident {found.Key()}: {found.Spec.WorkloadRef.Kind} {found.Spec.WorkloadRef.Name}"));
            }

            (_incident, _complained) = (found, false);
        }
        catch (KubernetesException unanswered) when (unanswered.IsOutcomeUnknown || unanswered.IsTooManyRequests)
        {
            if (!_complained)
            {
                await host.Error.WriteLineAsync(Terminal.Safe($"the API server does not answer; trying on: {unanswered.Message}"));
            }

            _complained = true;
        }
    }

    // By name; else the newest that is not over, or that was over only after we began to wait.
    private async Task<Incident?> FindAsync(CancellationToken cancellationToken)
    {
        if (Name is not null && Namespace is not null)
        {
            return await _incidents.FindNamespacedAsync(Namespace, Name, cancellationToken);
        }

        Incident? newest = null;
        await foreach (var incident in _incidents.ListAllAsync(Namespace, ct: cancellationToken))
        {
            var wanted = (Name is null || incident.Name() == Name) && (Workload is null || incident.Spec.WorkloadRef.Name == Workload) && (Name is not null || IsCurrent(incident));
            if (wanted && (newest is null || incident.Metadata.CreationTimestamp > newest.Metadata.CreationTimestamp))
            {
                newest = incident;
            }
        }

        return newest;
    }

    private bool IsCurrent(Incident incident) =>
        incident.Status?.Phase is not (IncidentPhase.Resolved or IncidentPhase.Failed or IncidentPhase.Dismissed or IncidentPhase.Escalated) || incident.Status.EndedAt >= _started
        || incident.Metadata.CreationTimestamp >= _started - Reminder;

    private async Task<int?> TellAsync(Incident incident)
    {
        var onset = incident.Status?.OnsetAt;
        foreach (var line in _story.Update(incident, host.Time.GetUtcNow()))
        {
            await host.Out.WriteLineAsync(Json ? line.ToJson(onset) : line.Render(onset, host.Colours));
        }

        await host.Out.FlushAsync();
        int? exitCode = incident.Status?.Phase switch
        {
            IncidentPhase.Resolved => ExitCodes.Ok,
            IncidentPhase.Mitigated when UntilMitigated => ExitCodes.Ok,
            IncidentPhase.Dismissed => AllowDismissed ? ExitCodes.Ok : ExitCodes.NotResolved,
            IncidentPhase.Escalated or IncidentPhase.Failed => ExitCodes.NotResolved,
            _ => null,
        };
        if (exitCode is not null && !Json)
        {
            await host.Out.WriteLineAsync(IncidentStory.Ending(incident));
        }

        return exitCode;
    }
}
