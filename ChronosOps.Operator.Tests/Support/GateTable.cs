using System.Collections;
using ChronosOps.Operator.Decisions;
using Xunit;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>What one gate says in each situation: a change to a context in which every gate allows, the verdict and its reason.</summary>
internal sealed class GateTable(IGate gate, Func<GateContext>? open = null) : IEnumerable
{
    private readonly Dictionary<string, (Func<GateContext, GateContext> Change, Verdict Verdict, string Reason)> _rows = [];

    public TheoryData<string> Situations => [.. _rows.Keys];

    public void Add(string situation, Func<GateContext, GateContext> change, Verdict verdict, string reason) =>
        _rows.Add(situation, (change, verdict, reason));

    /// <summary>A situation in which the gate allows.</summary>
    public void Add(string situation, Func<GateContext, GateContext> change) => Add(situation, change, Verdict.Allow, "Allowed");

    public void Check(string situation)
    {
        var (change, verdict, reason) = _rows[situation];
        var said = gate.Evaluate(change((open ?? SampleGates.Open)()));
        Assert.Equal((verdict, reason), (said.Verdict, said.Reason));
        Assert.NotEmpty(said.Message);
    }

    public IEnumerator GetEnumerator() => _rows.GetEnumerator();
}
