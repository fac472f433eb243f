namespace ChronosOps.Operator.Api;

/// <summary>Checks the spec of an incident: the same rules as the CRD's schema, where a server let something through.</summary>
public static class IncidentChecker
{
    /// <summary>What is wrong with each field; empty where nothing is.</summary>
    public static IReadOnlyList<FieldError> Check(IncidentSpec spec)
    {
        if (spec.Unreadable is { } unreadable)
        {
            return [unreadable.Error];
        }

        var workload = ObjectNames.CheckObject("spec.workloadRef.name", spec.WorkloadRef.Name);
        var policy = spec.PolicyRef is { } reference ? ObjectNames.CheckObject("spec.policyRef.name", reference.Name) : null;
        return [.. new[] { workload, policy }.OfType<FieldError>()];
    }
}
