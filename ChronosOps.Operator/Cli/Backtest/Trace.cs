using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>
/// What was judged of one signal over the whole time, in as many columns as a chart has: of each the least and the most. With the range that was
/// expected, where one was.
/// </summary>
internal sealed class Trace(DateTimeOffset from, DateTimeOffset to)
{
    /// <summary>How many columns there are.</summary>
    public const int Columns = 720;
    private readonly (float Least, float Most)?[] _values = new (float, float)?[Columns];
    private readonly ExpectedRange?[] _expected = new ExpectedRange?[Columns];

    public DateTimeOffset From { get; } = from;

    public DateTimeOffset To { get; } = to;

    /// <summary>Whether any value was measured.</summary>
    public bool HasValues => _values.Any(value => value is not null);

    /// <summary>The least and most in each column; null where nothing was measured.</summary>
    public IReadOnlyList<(float Least, float Most)?> Values => _values;

    /// <summary>What was expected in each column; null where that was not known.</summary>
    public IReadOnlyList<ExpectedRange?> Expected => _expected;

    /// <summary>Adds a value.</summary>
    /// <param name="time">When it was measured.</param>
    /// <param name="value">The value; null where it could not be measured.</param>
    /// <param name="expected">Where it is usually found; null where that is not known.</param>
    public void Add(DateTimeOffset time, double? value, ExpectedRange? expected)
    {
        var column = Math.Clamp((int)(Columns * ((time - From) / (To - From))), 0, Columns - 1);
        _expected[column] = expected ?? _expected[column];
        if (value is { } measured && double.IsFinite(measured))
        {
            var one = (float)measured;
            _values[column] = _values[column] is { } known ? (Math.Min(known.Least, one), Math.Max(known.Most, one)) : (one, one);
        }
    }
}
