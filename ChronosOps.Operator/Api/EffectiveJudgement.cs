namespace ChronosOps.Operator.Api;

/// <summary>A baseline with every field parsed.</summary>
/// <param name="Sensitivity">How far off is unusual.</param>
/// <param name="Direction">Which way off is a problem.</param>
public sealed record EffectiveBaseline(BaselineSensitivity Sensitivity, BaselineDirection Direction)
{
    /// <summary>Whether a value off by this much, with its sign, is off in the direction that is a problem.</summary>
    public bool Concerns(double off) => Direction switch
    {
        BaselineDirection.Above => off > 0,
        BaselineDirection.Below => off < 0,
        _ => off != 0,
    };
}

/// <summary>A trend with every field parsed.</summary>
/// <param name="Limit">Where it is exhausted, in the unit of the signal.</param>
/// <param name="IsFloor">Whether it is exhausted by falling to the limit.</param>
/// <param name="Horizon">How long before the limit it is a problem.</param>
public sealed record EffectiveTrend(double Limit, bool IsFloor, TimeSpan Horizon);
