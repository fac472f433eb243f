namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>
/// What was judged of one signal over the whole time, in as many columns as a chart has: of each the least and the most. With the limits that held: the threshold,
/// or the range that was expected, where one was.
/// </summary>
internal sealed class Trace(DateTimeOffset from, DateTimeOffset to)
{
    /// <summary>How many columns there are.</summary>
    public const int Columns = 720;
    private readonly (float Least, float Most)?[] _values = new (float, float)?[Columns];
    private readonly (float? Lower, float? Upper)?[] _expected = new (float?, float?)?[Columns];

    public DateTimeOffset From { get; } = from;

    public DateTimeOffset To { get; } = to;

    /// <summary>Whether any value was measured.</summary>
    public bool HasValues => _values.Any(value => value is not null);

    /// <summary>The least and most in each column; null where nothing was measured.</summary>
    public IReadOnlyList<(float Least, float Most)?> Values => _values;

    /// <summary>The limits in each column: below the lower or above the upper one is trouble. Null where none was told.</summary>
    public IReadOnlyList<(float? Lower, float? Upper)?> Expected => _expected;

    /// <summary>Adds a value.</summary>
    /// <param name="time">When it was measured.</param>
    /// <param name="value">The value; null where it could not be measured.</param>
    /// <param name="lower">Below this is trouble; null where nothing is.</param>
    /// <param name="upper">Above this is trouble; null where nothing is.</param>
    public void Add(DateTimeOffset time, double? value, double? lower, double? upper)
    {
        var column = Math.Clamp((int)(Columns * ((time - From) / (To - From))), 0, Columns - 1);
        _expected[column] = ((float?)lower, (float?)upper);
        if (value is { } measured && double.IsFinite(measured))
        {
            var one = (float)measured;
            _values[column] = _values[column] is { } known ? (Math.Min(known.Least, one), Math.Max(known.Most, one)) : (one, one);
        }
    }
}
