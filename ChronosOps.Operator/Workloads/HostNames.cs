using System.Text.RegularExpressions;

namespace ChronosOps.Operator.Workloads;

/// <summary>Finds hosts in texts: of an URL, or a name with a port. Pure.</summary>
public static partial class HostNames
{
    /// <summary>Beyond this a template names no dependencies but data.</summary>
    private const int Most = 64;

    /// <summary>All hosts: <c>http://cart.shop.svc:8080/x</c> names <c>cart.shop.svc</c>, <c>cart:8080</c> names <c>cart</c>. No addresses.</summary>
    public static IReadOnlySet<string> In(IEnumerable<string> texts) =>
        texts.SelectMany(text => OfUrl().Matches(text).Concat(WithPort().Matches(text))).Select(match => match.Groups["name"].Value).Distinct().Take(Most).ToHashSet();

    /// <summary>The Services of a namespace that a host, or a pod's host, may be of, by name: none for the hosts of other namespaces and domains, and for addresses.</summary>
    public static IEnumerable<string> ServicesOf(string host, string @namespace)
    {
        var labels = host.Split('.');
        if (labels.Length == 1 || labels[1] == @namespace)
        {
            yield return labels[0];
        }

        if (labels.Length > 2 && labels[2] == @namespace)
        {
            yield return labels[1];
        }
    }

    [GeneratedRegex("""://(?:[^/@\s]*@)?(?<name>[a-z](?:[a-z0-9.-]*[a-z0-9])?)(?![a-z0-9-])""")]
    private static partial Regex OfUrl();

    [GeneratedRegex("""(?<![\w.:/@-])(?<name>[a-z](?:[a-z0-9.-]*[a-z0-9])?):[0-9]{1,5}(?![\w.])""")]
    private static partial Regex WithPort();
}
