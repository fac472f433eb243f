using System.Text.RegularExpressions;

namespace ChronosOps.Operator.Workloads;

/// <summary>Finds hosts in texts: of an URL, or a name with a port. Pure.</summary>
public static partial class HostNames
{
    /// <summary>Beyond this a template names no dependencies but data.</summary>
    private const int Most = 64;

    /// <summary>The first labels of all hosts: <c>http://cart.shop.svc:8080/x</c> and <c>cart:8080</c> name <c>cart</c>. No addresses.</summary>
    public static IReadOnlySet<string> In(IEnumerable<string> texts) =>
        texts.SelectMany(text => OfUrl().Matches(text).Concat(WithPort().Matches(text))).Select(match => match.Groups["name"].Value).Distinct().Take(Most).ToHashSet();

    [GeneratedRegex("""://(?:[^/@\s]*@)?(?<name>[a-z](?:[a-z0-9-]*[a-z0-9])?)(?![a-z0-9-])""")]
    private static partial Regex OfUrl();

    [GeneratedRegex("""(?<![\w.:/@-])(?<name>[a-z](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9-]+)*:[0-9]{1,5}(?![\w.])""")]
    private static partial Regex WithPort();
}
