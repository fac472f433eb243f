using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions;

public sealed class EvidenceToComeTests
{
    private static readonly EffectiveSignal Full = SamplePolicy.Query() with { Name = "cpu", TellsSaturation = true, Window = TimeSpan.FromMinutes(1), For = TimeSpan.FromSeconds(10) };

    /// <summary>Four times the requests for 30 seconds, and the signal of how full it is looks back on 70.</summary>
    [Theory]
    [InlineData(null, true)]
    [InlineData("no scaling", false)]
    [InlineData("no surge", false)]
    [InlineData("it fires", false)]
    [InlineData("it was never measured", false)]
    [InlineData("it has looked", false)]
    [InlineData("no such signal", false)]
    public void HowFullItIsMayBeTold(string? but, bool waits)
    {
        var state = but switch { "it fires" => SignalState.Firing, "it was never measured" => SignalState.Unknown, _ => SignalState.Healthy };
        var bundle = SampleBundle.Overload() with
        {
            Load = but == "no surge" ? new LoadFact(30, 31) : new LoadFact(30, 120),
            Signals = [.. SampleBundle.Overload().Signals.Where(signal => !signal.IsSaturation), new SignalReading { Signal = "cpu", State = state, IsSaturation = true, Message = "seen" }],
        };
        bundle = bundle with { OnsetAt = bundle.CollectedAt - TimeSpan.FromSeconds(but == "it has looked" ? 70 : 30) };
        var policy = SamplePolicy.Effective() with
        {
            Ladder = but == "no scaling" ? [RemediationAction.Rollback] : [RemediationAction.Rollback, RemediationAction.Scale],
            Signals = but == "no such signal" ? [SamplePolicy.Errors()] : [SamplePolicy.Errors(), Full],
        };
        Assert.Equal(waits ? "whether anything is full: cpu looks back on 1m10s, and the trouble lasts for 30s" : null, EvidenceToCome.Of(bundle, policy));
    }

    /// <summary>One of three pods fails, and the others have answered fewer requests than it takes to tell.</summary>
    [Theory]
    [InlineData(null, true)]
    [InlineData("no restart", false)]
    [InlineData("two fail", true)]
    [InlineData("two fail of enough requests", false)]
    [InlineData("enough requests", false)]
    [InlineData("three minutes", false)]
    public void WhichPodIsIllMayBeTold(string? but, bool waits)
    {
        var sample = SampleBundle.PodFault();
        var bundle = sample with
        {
            OnsetAt = but == "three minutes" ? sample.CollectedAt - TimeSpan.FromMinutes(3) : sample.OnsetAt,
            PodMeasures = [.. sample.PodMeasures.Select((measure, k) => measure with
            {
                Requests = but == "enough requests" || (but == "two fail of enough requests" && k < 2) ? 100 : 60,
                Value = but?.StartsWith("two fail", StringComparison.Ordinal) == true && k == 0 ? 0.4 : measure.Value,
            })],
        };
        var policy = SamplePolicy.Effective() with { Ladder = but == "no restart" ? [RemediationAction.Rollback] : [RemediationAction.Rollback, RemediationAction.Restart] };
        Assert.Equal(waits, EvidenceToCome.Of(bundle, policy) is not null);
    }
}
