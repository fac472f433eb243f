namespace ChronosOps.Operator.Decisions;

/// <summary>Whether so many workloads fell ill at once that nothing new is done.</summary>
/// <param name="IsOn">Whether it is so.</param>
/// <param name="Message">What is seen, in a sentence.</param>
public sealed record StormState(bool IsOn, string Message);
