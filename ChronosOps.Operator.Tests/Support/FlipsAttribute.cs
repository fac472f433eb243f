using ChronosOps.Operator.Decisions;
using Xunit.v3;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>
/// On an end-to-end test: it shows these gates stand against a step, each by itself; then it changes only what the gate speaks of, and the step is taken, or the next gate alone stands against it. A gate
/// without such a test fails <see cref="Decisions.GateMarkTests"/>.
/// </summary>
/// <param name="list">The list of gates, by its name in <see cref="GatePipeline"/>.</param>
/// <param name="gates">The gates.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class FlipsAttribute(string list, params Type[] gates) : Attribute, ITraitAttribute
{
    /// <summary>The list of gates.</summary>
    public string List => list;

    /// <summary>The gates.</summary>
    public IReadOnlyList<Type> Gates => gates;

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. gates.Select(gate => new KeyValuePair<string, string>("Gate", ((IGate)Activator.CreateInstance(gate)!).Name))];
}
