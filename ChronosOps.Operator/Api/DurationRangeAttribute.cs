using ChronosOps.Kubernetes.Crds;

namespace ChronosOps.Operator.Api;

/// <summary>From where to where a duration may reach, for servers that know rules in CEL. <see cref="PolicyCompiler"/> reads the same bounds.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationRangeAttribute(string shortest, string longest)
    : ValidationRuleAttribute($"duration(self) >= duration('{shortest}') && duration(self) <= duration('{longest}')", $"must be from {shortest} to {longest}");

/// <summary>The bounds of the durations of a policy.</summary>
public static class DurationBounds
{
    public const string Zero = "0s";
    public const string ShortestWindow = "5s";
    public const string LongestWindow = "1h";
    public const string ShortestRollout = "5s";
    public const string LongestRollout = "1h";
    public const string LongestProbation = "168h";
    public const string ShortestVerification = "10s";
    public const string LongestVerification = "2h";
    public const string LongestWatch = "24h";
    public const string ShortestHorizon = "5m";
    public const string LongestHorizon = "720h";
}
