using System.Text.RegularExpressions;

namespace ChronosOps.Operator.Api;

/// <summary>Which tenants the policies of which namespaces may name. Stars stand for any characters; <c>{namespace}</c> in the tenant for the policy's namespace.</summary>
/// <param name="Namespace">The namespaces.</param>
/// <param name="Tenant">The tenants.</param>
public sealed record TenantRule(string Namespace, string Tenant)
{
    /// <summary>Whether a policy of a namespace may name a tenant.</summary>
    public bool Allows(string @namespace, string tenant) =>
        Matches(Namespace, @namespace) && Matches(Tenant.Replace("{namespace}", @namespace, StringComparison.Ordinal), tenant);

    private static bool Matches(string pattern, string text) =>
        Regex.IsMatch(text, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}

/// <summary>What the administrator lets policies say of Prometheus: nothing, as long as nothing is said. Pure.</summary>
public sealed partial record OriginRules
{
    public static readonly OriginRules None = new();

    /// <summary>The addresses that policies may name, and whatever lies below their paths.</summary>
    public IReadOnlyList<Uri> Urls { get; init; } = [];

    /// <summary>The tenants that policies may name.</summary>
    public IReadOnlyList<TenantRule> Tenants { get; init; } = [];

    /// <summary>Whether Secrets that policies name are read.</summary>
    public bool Secrets { get; init; }

    /// <summary>Whether a policy may have its series read from an address. Scheme, host and port must be the same, and the path must be the same or lie below.</summary>
    public bool Allows(Uri url) => Urls.Any(allowed =>
        allowed.Scheme == url.Scheme && string.Equals(allowed.IdnHost, url.IdnHost, StringComparison.OrdinalIgnoreCase) && allowed.Port == url.Port
        && (url.AbsolutePath.TrimEnd('/') + "/").StartsWith(allowed.AbsolutePath.TrimEnd('/') + "/", StringComparison.Ordinal));

    /// <summary>Whether a policy of a namespace may name a tenant.</summary>
    public bool Allows(string @namespace, string tenant) => Tenants.Any(rule => rule.Allows(@namespace, tenant));

    /// <summary>An address as it may be written: http or https, with nothing in it that could be read in two ways.</summary>
    public static Uri? Url(string text) =>
        text.Length <= 512 && Plain().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 } && !text.Contains("..", StringComparison.Ordinal) ? url : null;

    /// <summary>Addresses, separated by commas.</summary>
    public static IReadOnlyList<Uri>? ParseUrls(string text)
    {
        var urls = Split(text).Select(Url).ToList();
        return urls.Contains(null) ? null : [.. urls.OfType<Uri>()];
    }

    /// <summary>Rules such as <c>team-*={namespace}</c>, separated by commas.</summary>
    public static IReadOnlyList<TenantRule>? ParseTenants(string text)
    {
        var rules = Split(text).Select(one => Rule().Match(one)).ToList();
        return rules.Exists(match => !match.Success) ? null : [.. rules.Select(match => new TenantRule(match.Groups[1].Value, match.Groups[2].Value))];
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [GeneratedRegex(@"^https?://[A-Za-z0-9\[\]:._~/-]+\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^([a-z0-9*-]{1,63})=((?:[A-Za-z0-9_.*-]|\{namespace\}){1,150})\z")]
    private static partial Regex Rule();
}
