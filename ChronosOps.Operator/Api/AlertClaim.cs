using ChronosOps.Kubernetes.Crds;

namespace ChronosOps.Operator.Api;

/// <summary>Alerts that a policy takes for its workload. Only those of its own namespace are ever meant.</summary>
public sealed class AlertClaim
{
    /// <summary>The most entries of a policy.</summary>
    internal const int Most = 16;

    /// <summary>The most labels of an entry.</summary>
    private const int MostLabels = 8;

    /// <summary>The longest name or value of a label.</summary>
    private const int LongestLabel = 253;

    /// <summary>The labels that an alert has to have, such as alertname: CheckoutSlow. From 1 to 8.</summary>
    [Required]
    [ValidationRule("size(self) >= 1 && size(self) <= 8", "needs from 1 to 8 labels")]
    public Dictionary<string, string> MatchLabels { get; set; } = [];

    /// <summary>What is wrong with the entries of a policy.</summary>
    internal static IEnumerable<FieldError> Check(IReadOnlyList<AlertClaim?>? claims, bool namesOneWorkload)
    {
        const string field = "spec.alerts";
        if (claims is null)
        {
            yield return new FieldError(field, "must not be null");
            yield break;
        }

        if (claims.Count > Most)
        {
            yield return new FieldError(field, $"has {claims.Count} entries; at most {Most} are allowed");
        }

        if (claims.Count > 0 && !namesOneWorkload)
        {
            yield return new FieldError(field, "needs spec.workloads.name: an alert is claimed for one workload");
        }

        for (var i = 0; i < claims.Count; i++)
        {
            foreach (var error in Check($"{field}[{i}]", claims[i]))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<FieldError> Check(string field, AlertClaim? claim)
    {
        if (claim?.MatchLabels is not { } labels)
        {
            yield return new FieldError(claim is null ? field : $"{field}.matchLabels", "must not be null");
            yield break;
        }

        if (labels.Count is 0 or > MostLabels)
        {
            yield return new FieldError($"{field}.matchLabels", $"has {labels.Count} labels; from 1 to {MostLabels} are allowed");
        }

        foreach (var (name, value) in labels)
        {
            if (string.IsNullOrEmpty(name) || name.Length > LongestLabel)
            {
                yield return new FieldError($"{field}.matchLabels", $"the name of a label must have from 1 to {LongestLabel} characters");
            }

            // An alert never has an empty label, and one that is missing must not be a match.
            if (string.IsNullOrEmpty(value) || value.Length > LongestLabel)
            {
                yield return new FieldError($"{field}.matchLabels[{name}]", $"must have from 1 to {LongestLabel} characters");
            }
        }
    }
}
