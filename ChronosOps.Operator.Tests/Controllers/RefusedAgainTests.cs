using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>A webhook refuses the rollback. It was written down for the second time, of the same Deployment.</summary>
public sealed class RefusedAgainTests
{
    private const string Words = "the API server refused the patch: admission webhook \"freeze.example\" denied the request: no changes on Fridays";

    [Fact]
    public void TheSameWordsTwiceAreAWordForThePerson() => Assert.True(ActingPhase.IsRefusedAgain([Refused(1), Planned(2)], Planned(2), Words));

    [Fact]
    public void LongWordsAreComparedAsTheyAreWrittenDown()
    {
        var words = Words + new string('x', 4000);
        Assert.True(ActingPhase.IsRefusedAgain([Refused(1, words), Planned(2)], Planned(2), words));
    }

    public static TheoryData<string> Others => [.. Situations.Keys];

    private static readonly Dictionary<string, List<ActionRecord>> Situations = new()
    {
        ["it is the first"] = [Planned(2)],
        ["in other words"] = [Refused(1, "the API server refused the patch: the object has been modified"), Planned(2)],
        ["somebody has changed it since"] = [Refused(1, generation: 6), Planned(2)],
        ["another action came in between"] = [Refused(0), Refused(1, state: ActionState.Failed), Planned(2)],
        ["it was to another revision"] = [Refused(1, to: "c0ffee"), Planned(2)],
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void AnythingElseIsWorthAnotherTry(string situation) => Assert.False(ActingPhase.IsRefusedAgain(Situations[situation], Planned(2), Words));

    [Theory]
    [InlineData(11, 0, "10 actions were written down, and most of them refused; the last time: " + Words)]
    [InlineData(10, 0, null)]
    [InlineData(4, 3, "3 attempts were made")]
    public void WhereTheyDifferTheLastWordsAreSaidInTheEnd(int attempt, int attempts, string? expected) =>
        Assert.Equal(expected, DecidingPhase.Exhaustion([.. Enumerable.Range(1, attempts).Select(one => Refused(one, state: ActionState.Failed)), Refused(attempts + 1)], attempt));

    /// <summary>Somebody scaled the workload between two evaluations: ten plans for what it was would be refused within seconds.</summary>
    [Fact]
    public void WhatSomebodyHasChangedIsEvaluatedFirst()
    {
        var evaluated = SampleWorkload.Settled();
        Assert.Null(DecidingPhase.Outdated(evaluated, evaluated with { Replicas = 5 }));
        Assert.Equal($"waiting for the next evaluation: Deployment checkout is at generation {evaluated.Generation + 1} by now, and {evaluated.Generation} was evaluated",
            DecidingPhase.Outdated(evaluated, evaluated with { Generation = evaluated.Generation + 1 }));
    }

    private static ActionRecord Planned(int attempt) => Refused(attempt, "Rollback of checkout", state: ActionState.Planned);

    private static ActionRecord Refused(int attempt, string words = Words, long generation = 7, string to = "0ld", ActionState state = ActionState.Refused) => new()
    {
        Key = $"uid/{attempt}",
        Attempt = attempt,
        Action = "Rollback",
        State = state,
        TargetUid = "uid-checkout",
        TargetGeneration = generation,
        ToRevision = to,
        Message = Bounded.Sentence(words),
    };
}
