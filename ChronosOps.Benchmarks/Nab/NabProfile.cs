namespace ChronosOps.Benchmarks.Nab;

/// <summary>What NAB counts for a window found, a false alarm, and a window missed.</summary>
internal sealed record NabProfile(string Name, double Found, double FalseAlarm, double Missed)
{
    public static NabProfile Standard { get; } = new("standard", 1, 0.11, 1);

    public static NabProfile[] All { get; } = [Standard, new("low FP", 1, 0.22, 1), new("low FN", 1, 0.11, 2)];
}
