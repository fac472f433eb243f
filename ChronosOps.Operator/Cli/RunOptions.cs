using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Web;

namespace ChronosOps.Operator.Cli;

/// <summary>How the operator was told to run: from flags, then from the environment, then from a file, then by default.</summary>
public sealed record RunOptions
{
    /// <summary>The operator's own Prometheus.</summary>
    public required PrometheusOptions Prometheus { get; init; }

    /// <summary>What policies may say of Prometheus.</summary>
    public OriginRules PolicyOrigins { get; init; } = OriginRules.None;

    /// <summary>How often all signals are evaluated.</summary>
    public required TimeSpan EvaluationInterval { get; init; }

    /// <summary>The only namespace to watch; empty for all.</summary>
    public required string Namespace { get; init; }

    /// <summary>What is not logged.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>Where /metrics, /healthz and /readyz are served.</summary>
    public required string Listen { get; init; }

    /// <summary>The ConfigMap with the emergency stop.</summary>
    public required string ControlConfigMap { get; init; }

    /// <summary>The namespace of that ConfigMap.</summary>
    public required string ControlNamespace { get; init; }

    /// <summary>How long incidents are kept after their end; zero for ever.</summary>
    public required TimeSpan IncidentRetention { get; init; }

    /// <summary>From when on many incidents at once hold all action.</summary>
    public StormLimits Storm { get; init; } = StormLimits.Default;

    /// <summary>Whether it works only while it holds the Lease.</summary>
    public bool LeaderElect { get; init; }

    /// <summary>The Lease that the leader holds.</summary>
    public required string LeaseName { get; init; }

    /// <summary>The namespace of that Lease.</summary>
    public required string LeaseNamespace { get; init; }

    /// <summary>Where Alertmanager's notifications are taken, and from whom; null where none are.</summary>
    public AlertListenerOptions? Alerts { get; init; }

    /// <summary>Which labels of an alert tell what it speaks of.</summary>
    public AlertLabels AlertLabels { get; init; } = AlertLabels.Default;

    /// <summary>After how long without a word of an alert it is unknown whether it still fires.</summary>
    public TimeSpan AlertsExpireAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The kubeconfig file, if not found by the usual rules.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The context of the kubeconfig, if not its current one.</summary>
    public string? Context { get; init; }
}
