using System.Reflection;
using System.Text;

namespace ChronosOps.Kubernetes.Rbac;

/// <summary>One rule of a role: everything that is done with one resource, under one condition.</summary>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Resource">The plural name, with a slash and the subresource where there is one.</param>
/// <param name="When">The switch without which the rule is not needed.</param>
/// <param name="Own">Needed in the program's own namespace only.</param>
/// <param name="ResourceName">The one object that is meant.</param>
/// <param name="Verbs">All verbs together.</param>
/// <param name="Reasons">Which class needs it, and for what.</param>
public sealed record RbacRule(string Group, string Resource, string? When, bool Own, string? ResourceName, RbacVerb Verbs, IReadOnlyList<string> Reasons)
{
    private static readonly RbacVerb[] Each = [.. Enum.GetValues<RbacVerb>().Where(verb => verb != RbacVerb.None)];

    /// <summary>The rules that the attributes of these classes ask for, in an order that depends on nothing else.</summary>
    /// <exception cref="ArgumentException">An attribute names no verb.</exception>
    public static IReadOnlyList<RbacRule> Collect(IEnumerable<Type> types)
    {
        var needs = types.SelectMany(type => type.GetCustomAttributes<RbacAttribute>(inherit: false).Select(need => (type.Name, Need: need))).ToList();
        if (needs.FirstOrDefault(one => one.Need.Verbs == RbacVerb.None) is { Name: { } name } without)
            throw new ArgumentException($"{name}: the right to {without.Need.Resource} names no verb");
        return
        [
            .. needs
                .GroupBy(one => (one.Need.Group, Resource: PathOf(one.Need), one.Need.When, one.Need.Own, one.Need.ResourceName))
                .Select(group => new RbacRule(
                    group.Key.Group, group.Key.Resource, group.Key.When, group.Key.Own, group.Key.ResourceName,
                    group.Aggregate(RbacVerb.None, (all, one) => all | one.Need.Verbs), Because(group)))
                .OrderBy(rule => rule.Own).ThenBy(rule => rule.When is not null)
                .ThenBy(rule => rule.Group, StringComparer.Ordinal).ThenBy(rule => rule.Resource, StringComparer.Ordinal)
                .ThenBy(rule => rule.When, StringComparer.Ordinal).ThenBy(rule => rule.ResourceName, StringComparer.Ordinal),
        ];
    }

    /// <summary>The rule as an item of a role's list, its reasons above it as comments.</summary>
    /// <param name="resourceName">What to write for <see cref="ResourceName"/>; the name itself when not given.</param>
    public string ToYaml(string? resourceName = null)
    {
        var text = new StringBuilder();
        foreach (var reason in Reasons)
            text.Append("# ").Append(reason).Append('\n');
        text.Append("- apiGroups: [").Append(Group.Length == 0 ? "\"\"" : Group).Append("]\n");
        text.Append("  resources: [").Append(Resource).Append("]\n");
        if (ResourceName is not null)
            text.Append("  resourceNames: [").Append(resourceName ?? ResourceName).Append("]\n");
        return text.Append("  verbs: [").AppendJoin(", ", Each.Where(verb => Verbs.HasFlag(verb)).Select(verb => verb.ToString().ToLowerInvariant())).Append("]\n").ToString();
    }

    private static string PathOf(RbacAttribute need) => need.Subresource is null ? need.Resource : $"{need.Resource}/{need.Subresource}";

    private static List<string> Because(IEnumerable<(string Name, RbacAttribute Need)> needs) =>
        [.. needs.Select(one => one.Need.Why is null ? one.Name : $"{one.Name}: {one.Need.Why}").Distinct().Order(StringComparer.Ordinal)];
}
