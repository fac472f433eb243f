using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class MinimumTrafficGateTests
{
    private static readonly GateTable Table = new(new MinimumTrafficGate())
    {
        { "a measured signal fires", c => c },
        { "only container states fire", c => Signals(c, SampleBundle.Sign(PodSigns.CrashLoop), SampleBundle.Reading("errors", SignalState.Unknown)) },
        { "the signal can no longer be measured", c => Signals(c, SampleBundle.Reading("errors", SignalState.Unknown)), Verdict.Wait, "NotMeasured" },
        { "nothing fires any more", c => Signals(c, SampleBundle.Reading("errors", SignalState.Healthy)), Verdict.Wait, "NothingFires" },
        { "trouble is only on its way", c => Signals(c, SampleBundle.Reading("errors", SignalState.Pending)), Verdict.Wait, "NothingFires" },
        { "an alert fires beside a signal that fires", c => Signals(c, Alert(), SampleBundle.Reading("errors", SignalState.Firing)) },
        { "only an alert fires, and every signal is measured", c => Signals(c, Alert(), SampleBundle.Reading("errors", SignalState.Healthy)) },
        { "only an alert fires, and a signal cannot be measured", c => Signals(c, Alert(), SampleBundle.Reading("errors", SignalState.Unknown)), Verdict.Wait, "NotMeasured" },
        { "nothing was heard of the alert for long", c => Signals(c, Alert() with { State = SignalState.Unknown }), Verdict.Wait, "NotMeasured" },
        { "there is no signal at all", c => Signals(c), Verdict.Wait, "NothingFires" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static SignalReading Alert() => new() { Signal = "alert/Slow", State = SignalState.Firing, Message = "slow" };

    private static GateContext Signals(GateContext context, params SignalReading[] signals) => context.Bundle(bundle => bundle with { Signals = signals });
}
