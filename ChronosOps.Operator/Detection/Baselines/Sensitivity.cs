namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>How far off a value must be to be an anomaly, in sigma of what is usual for the series.</summary>
public enum Sensitivity
{
    /// <summary>5 sigma.</summary>
    Low,

    /// <summary>3 sigma; the default.</summary>
    Medium,

    /// <summary>2 sigma.</summary>
    High,
}

/// <summary>How bad an anomaly is, by its sigma.</summary>
public enum Severity
{
    /// <summary>It is no anomaly.</summary>
    None,

    /// <summary>2 sigma or more.</summary>
    Info,

    /// <summary>3 sigma or more.</summary>
    Warning,

    /// <summary>5 sigma or more.</summary>
    Critical,
}

/// <summary>What the words for sensitivity and severity mean in sigma.</summary>
public static class Sigmas
{
    /// <summary>The sigma from which on an anomaly is critical.</summary>
    public const double Critical = 5;

    /// <summary>The sigma from which on a value can be an anomaly.</summary>
    public static double Required(this Sensitivity sensitivity) => sensitivity switch
    {
        Sensitivity.Low => 5,
        Sensitivity.Medium => 3,
        Sensitivity.High => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(sensitivity), sensitivity, "is not a sensitivity"),
    };

    /// <summary>How bad an anomaly of so many sigma is.</summary>
    public static Severity SeverityOf(double sigma) => sigma switch
    {
        >= Critical => Severity.Critical,
        >= 3 => Severity.Warning,
        >= 2 => Severity.Info,
        _ => Severity.None,
    };
}
