using ChronosOps.Kubernetes.Crds;

namespace ChronosOps.Kubernetes.Models;

/// <summary>Selects objects by label. All parts must hold; an empty selector selects everything.</summary>
public sealed class V1LabelSelector
{
    /// <summary>Labels that an object must have, with these very values.</summary>
    public Dictionary<string, string>? MatchLabels { get; set; }

    /// <summary>Expressions that must all hold.</summary>
    public List<V1LabelSelectorRequirement>? MatchExpressions { get; set; }

    /// <summary>Whether an object with these labels is selected. An operator that is not known selects nothing.</summary>
    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        labels ??= new Dictionary<string, string>();
        return (MatchLabels ?? []).All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value)
            && (MatchExpressions ?? []).All(requirement => requirement.Matches(labels));
    }

    /// <summary>The selector in the form that the <c>labelSelector</c> parameter takes; keys in a stable order.</summary>
    public override string ToString() => string.Join(',',
        (MatchLabels ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")
            .Concat((MatchExpressions ?? []).Select(requirement => requirement.ToString())));
}

/// <summary>One expression of a selector: <c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>.</summary>
public sealed class V1LabelSelectorRequirement
{
    /// <summary>The label that is looked at.</summary>
    [Required]
    public string Key { get; set; } = "";

    /// <summary>How the label is compared: In, NotIn, Exists or DoesNotExist.</summary>
    [Required]
    [EnumValues("In", "NotIn", "Exists", "DoesNotExist")]
    public string Operator { get; set; } = "";

    /// <summary>The values that In and NotIn compare with; none for Exists and DoesNotExist.</summary>
    public List<string>? Values { get; set; }

    internal bool Matches(IReadOnlyDictionary<string, string> labels) => Operator switch
    {
        "In" => labels.TryGetValue(Key, out var value) && (Values ?? []).Contains(value),
        "NotIn" => !labels.TryGetValue(Key, out var value) || !(Values ?? []).Contains(value),
        "Exists" => labels.ContainsKey(Key),
        "DoesNotExist" => !labels.ContainsKey(Key),
        _ => false,
    };

    public override string ToString() => Operator switch
    {
        "In" => $"{Key} in ({string.Join(',', Values ?? [])})",
        "NotIn" => $"{Key} notin ({string.Join(',', Values ?? [])})",
        "Exists" => Key,
        "DoesNotExist" => $"!{Key}",
        _ => throw new FormatException($"matchExpressions: operator \"{Operator}\" of key \"{Key}\" must be In, NotIn, Exists or DoesNotExist"),
    };
}
