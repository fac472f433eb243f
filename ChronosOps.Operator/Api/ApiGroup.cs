namespace ChronosOps.Operator.Api;

/// <summary>The API group of the operator's own resources.</summary>
public static class ApiGroup
{
    public const string Name = "chronosops.io";
    public const string Version = "v1alpha1";

    /// <summary>On a workload: the key of the last action. Travels with the effect in one patch.</summary>
    public const string LastActionAnnotation = "chronosops.io/last-action";

    /// <summary>On a workload: never roll this workload back (<see cref="OptOut"/>). On a pod template, "true": never roll this revision back.</summary>
    public const string DoNotRollBackAnnotation = "chronosops.io/do-not-roll-back";

    /// <summary>On a workload: take no action on it (<see cref="OptOut"/>).</summary>
    public const string DoNotActAnnotation = "chronosops.io/do-not-act";

    /// <summary>On a workload: restart neither a pod of it nor all (<see cref="OptOut"/>).</summary>
    public const string DoNotRestartAnnotation = "chronosops.io/do-not-restart";

    /// <summary>On a workload: ask for no more replicas of it (<see cref="OptOut"/>).</summary>
    public const string DoNotScaleAnnotation = "chronosops.io/do-not-scale";

    /// <summary>On a workload: a person holds it, and nothing is done to it. "true", or until when (RFC 3339).</summary>
    public const string HoldAnnotation = "chronosops.io/hold";

    /// <summary>On a workload: why it is held, in the person's words.</summary>
    public const string HoldReasonAnnotation = "chronosops.io/hold-reason";

    /// <summary>On a workload: what it calls and its template does not name, by the names of Services or workloads of its namespace, with commas between them.</summary>
    public const string DependsOnAnnotation = "chronosops.io/depends-on";

    /// <summary>On an incident: it is a dry run, as with spec.dryRun, which cannot be written later. Any value but "false".</summary>
    public const string DryRunAnnotation = "chronosops.io/dry-run";

    /// <summary>On a pod template: when we last restarted all pods of it. No change of revision.</summary>
    public const string RestartedAtAnnotation = "chronosops.io/restarted-at";

    /// <summary>The prefix of all our annotations and labels; none of them counts as a change of revision.</summary>
    public const string Prefix = "chronosops.io/";

    /// <summary>The field manager of our writes.</summary>
    public const string FieldManager = "chronosops";

    /// <summary>The field manager of what people write with the command line.</summary>
    public const string CommandLineManager = FieldManager + "-cli";
}

/// <summary>Patterns that the CRD schema enforces; the operator enforces the same by parsing.</summary>
public static class ApiPatterns
{
    public const string Duration = "^([0-9]+(ms|s|m|h))+$";
    public const string Threshold = "^[0-9]+([.][0-9]+)?(%|ms|s|m|h)?$";
    public const string Number = "^[0-9]+([.][0-9]+)?$";
    public const string UnitInterval = "^(0([.][0-9]+)?|1([.]0+)?)$";
    public const string DnsLabel = "^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$";
    public const string Tenant = "^[a-zA-Z0-9_.-]+$";
    public const string HttpUrl = "^https?://[A-Za-z0-9:._~/\\[\\]-]+$";
    public const string DnsSubdomain = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";
}
