namespace ChronosOps.Operator.Detection.Baselines;

/// <summary>The most surprising of several views of a sample.</summary>
/// <param name="View">Which view it is.</param>
/// <param name="Size">How surprising: the share of the envelope's span by which it lies outside, weighted.</param>
/// <param name="Sigma">How far from the view's mean, in standard deviations.</param>
internal readonly record struct Surprise(View View, double Size, double Sigma)
{
    /// <summary>This one, or another view if that is more surprising.</summary>
    /// <param name="view">The other view.</param>
    /// <param name="envelope">Where it has been.</param>
    /// <param name="value">Where it is.</param>
    /// <param name="weight">What it counts.</param>
    /// <param name="floor">The least span to measure with.</param>
    /// <param name="required">The sigma from which on it can be an anomaly.</param>
    /// <param name="quiet">The most that it counts below that sigma.</param>
    /// <param name="most">The most that it counts at all.</param>
    public Surprise Or(View view, in Envelope envelope, double value, double weight, double floor, double required, double quiet, double most = double.PositiveInfinity)
    {
        var size = Math.Min(envelope.Excess(value, floor) * weight, most);
        if (size <= 0)
        {
            return this;
        }

        var sigma = envelope.SigmaOf(value, floor * BaselineDefaults.SigmaFloor);
        size = sigma < required ? Math.Min(size, quiet) : size;
        return size > Size ? new Surprise(view, size, sigma) : this;
    }

    /// <summary>What is left of it where going as far is a habit of the day or the week: nothing of a single value, a tenth of what lasts.</summary>
    public double WithHabit() => View is View.Drift or View.Shift ? Size * 0.1 : 0;
}
