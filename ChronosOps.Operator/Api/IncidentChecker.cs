using System.Text.RegularExpressions;

namespace ChronosOps.Operator.Api;

/// <summary>Checks the spec of an incident: the same rules as the CRD's schema, where a server let something through.</summary>
public static class IncidentChecker
{
    private const int LongestName = 253;

    /// <summary>What is wrong with each field; empty where nothing is.</summary>
    public static IReadOnlyList<FieldError> Check(IncidentSpec spec)
    {
        if (spec.Unreadable is { } unreadable)
        {
            return [unreadable.Error];
        }

        var workload = CheckName("spec.workloadRef.name", spec.WorkloadRef.Name);
        var policy = spec.PolicyRef is { } reference ? CheckName("spec.policyRef.name", reference.Name) : null;
        return [.. new[] { workload, policy }.OfType<FieldError>()];
    }

    private static FieldError? CheckName(string field, string name) =>
        name.Length == 0 ? new FieldError(field, "must not be empty")
        : name.Length > LongestName ? new FieldError(field, $"has {name.Length} characters; at most {LongestName} are allowed")
        : Regex.IsMatch(name, ApiPatterns.DnsSubdomain, RegexOptions.CultureInvariant) ? null
        : new FieldError(field, $"'{name}' is not a valid name");
}
