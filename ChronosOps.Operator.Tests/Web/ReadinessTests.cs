using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Web;
using Xunit;

namespace ChronosOps.Operator.Tests.Web;

public sealed class ReadinessTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void AWorkingProcessIsReadyAndAlive() => Expect(null, null, Working());

    [Fact]
    public void NotBeforeTheCachesAreFilled() => Expect("the caches are not filled yet", null, Working() with { CachesFilled = false });

    [Fact]
    public void NotBeforeTheFirstEvaluation() => Expect("no evaluation yet", null, Working() with { WorksSince = Ago(10), LastEvaluation = null });

    [Fact]
    public void AReplicaThatStandsByNeedsNoEvaluation() => Expect(null, null, Working() with { WorksSince = null, LastEvaluation = null });

    [Fact]
    public void CachesThatNobodyFeedsAreNoGroundToWorkOn()
    {
        var silent = Working() with { HeardFromServer = Ago(721) };
        Expect("nothing was heard from the API server for 721 s", null, silent);
        Expect("nothing was heard from the API server for 721 s", null, silent with { WorksSince = null });
        Expect(null, null, silent with { HeardFromServer = Ago(719) });
    }

    [Fact]
    public void DetectionThatStandsStillIsNeitherReadyNorAlive()
    {
        Expect("no evaluation for 181 s", "no evaluation for 181 s", Working() with { LastEvaluation = Ago(181) });
        Expect(null, null, Working() with { LastEvaluation = Ago(179) });
    }

    /// <summary>What was evaluated before this process led, if it ever did, does not count against it.</summary>
    [Fact]
    public void ALeaderHasTheSamePatienceFromItsStart()
    {
        Expect(null, null, Working() with { WorksSince = Ago(100), LastEvaluation = Ago(1000) });
        Expect("no evaluation yet", "no evaluation for 200 s", Working() with { WorksSince = Ago(200), LastEvaluation = null });
    }

    private Vitals Working() => new(true, Ago(10), Ago(1000), Ago(5));

    private DateTimeOffset Ago(int seconds) => _time.GetUtcNow() - TimeSpan.FromSeconds(seconds);

    private void Expect(string? ready, string? alive, Vitals vitals)
    {
        var readiness = new Readiness(() => vitals, _time, TimeSpan.FromSeconds(15));
        Assert.Equal((ready, alive), (readiness.Ready(), readiness.Alive()));
    }
}
