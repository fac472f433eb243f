using System.Reflection;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions;

/// <summary>Every gate is shown at work end to end, before an API server: see <see cref="FlipsAttribute"/>.</summary>
public sealed class GateMarkTests
{
    /// <summary>
    /// Asked in this list too, and shown at work end to end in another one: here only the gate's own table and that of the pipeline speak for it. Nothing is to be added to these; what is taken out by a further test is.
    /// </summary>
    private static readonly Dictionary<string, Type[]> ShownElsewhere = new()
    {
        [nameof(GatePipeline.ForRollback)] = [typeof(EvidenceGate), typeof(OriginGate)],
        [nameof(GatePipeline.ForRestart)] = [typeof(StormGate), typeof(LadderGate), typeof(OriginGate), typeof(MinimumTrafficGate), typeof(OneActionGate)],
        [nameof(GatePipeline.ForRollingRestart)] = [typeof(StormGate), typeof(LadderGate), typeof(EvidenceGate), typeof(OriginGate), typeof(MinimumTrafficGate), typeof(OneActionGate)],
        [nameof(GatePipeline.ForScale)] = [typeof(StormGate), typeof(LadderGate), typeof(EvidenceGate), typeof(MinimumTrafficGate), typeof(RolloutGate), typeof(OneActionGate)],
        [nameof(GatePipeline.ForUndo)] = [typeof(ModeGate), typeof(GitOpsGate), typeof(OneActionGate), typeof(DryRunGate)],
        [nameof(GatePipeline.ForContinuation)] = [typeof(StormGate), typeof(OneActionGate)],
        [nameof(GatePipeline.ForReturn)] = [typeof(StormGate), typeof(OneActionGate)],
    };

    private static readonly Dictionary<string, IReadOnlyList<IGate>> Lists = typeof(GatePipeline).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(IReadOnlyList<IGate>)).ToDictionary(field => field.Name, field => (IReadOnlyList<IGate>)field.GetValue(null)!);

    private static readonly List<(MethodInfo Test, FlipsAttribute Mark)> Marks =
    [
        .. from type in typeof(GateMarkTests).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           from mark in method.GetCustomAttributes<FlipsAttribute>()
           select (method, mark),
    ];

    public static TheoryData<string> ListNames => [.. Lists.Keys];

    [Theory]
    [MemberData(nameof(ListNames))]
    public void EveryGateOfTheListIsFlippedEndToEndButForThoseThatAnotherListShows(string list) =>
        Assert.Equal(
            ShownElsewhere[list].Select(gate => gate.Name).Order(),
            Lists[list].Select(gate => gate.GetType()).Except(Flipped(list)).Select(gate => gate.Name).Order());

    [Fact]
    public void EveryGateIsFlippedEndToEndInSomeList() =>
        Assert.Empty(Lists.Values.SelectMany(gates => gates).Select(gate => gate.GetType()).Distinct().Except(Lists.Keys.SelectMany(Flipped)).Select(gate => gate.Name));

    [Fact]
    public void AMarkNamesGatesThatAreAskedAndStandsOnATestThatIsRunBeforeAnApiServer() => Assert.All(Marks, one =>
    {
        Assert.Empty(one.Mark.Gates.Except(Lists[one.Mark.List].Select(gate => gate.GetType())));
        Assert.NotEmpty(one.Mark.Gates);
        Assert.Contains(one.Test.GetCustomAttributes(), attribute => attribute is FactAttribute);
        Assert.Contains(one.Test.DeclaringType!.GetCustomAttributes<TraitAttribute>(), trait => trait is { Name: "Tier", Value: "apiserver" });
    });

    private static IEnumerable<Type> Flipped(string list) => Marks.Where(one => one.Mark.List == list).SelectMany(one => one.Mark.Gates);
}
