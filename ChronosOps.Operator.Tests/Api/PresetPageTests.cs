using System.Text;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Api;

/// <summary>The page of the presets' queries is what is sent; UPDATE_GOLDEN=1 writes it anew.</summary>
public sealed class PresetPageTests
{
    private static readonly string[] Shop = ["shop"];

    [Fact]
    public void ThePageHasEveryQueryAsItIsSent()
    {
        var minute = TimeSpan.FromMinutes(1);
        var page = new StringBuilder()
            .Append("# The presets' queries\n\nWhat each preset asks Prometheus, for the namespace `shop`. A query is for all namespaces with a policy that needs it (`namespace=~\"bank|shop\"`), as a range over the time that is judged. ")
            .Append("What is there decides which names count: the parts are joined by `or`, pod by pod. How the answers are judged: [signals](policies.md#signals). ")
            .Append("This page is written from the code (`UPDATE_GOLDEN=1`, test `PresetPageTests`).\n");
        Add("HttpErrorRatio and HttpLatencyP95: requests", "Counters; of each pod the first that there is.", TrafficQueries.Requests(Shop));
        Add("HttpErrorRatio: failed requests", "Counters. NaN of a pod that counts its requests without their status.", TrafficQueries.Errors(Shop));
        Add("HttpLatencyP95: durations", "Counters by bucket; the 95th percentile of what was added in the window is interpolated as `histogram_quantile` does.", TrafficQueries.Latency(Shop));
        Add("CpuSaturation", "With `window: 1m`.", new PresetQuery(SignalKind.CpuSaturation, minute).Text(Shop));
        Add("CpuThrottling", "With `window: 1m`.", new PresetQuery(SignalKind.CpuThrottling, minute).Text(Shop));
        Add("MemorySaturation", "", new PresetQuery(SignalKind.MemorySaturation, TimeSpan.Zero).Text(Shop));
        Add("MemoryGrowth", "With `threshold: 30m`: the share of the memory that is left which is used up in a second.", new PresetQuery(SignalKind.MemoryGrowth, TimeSpan.FromMinutes(30)).Text(Shop));
        Add("QueueLag", "", new PresetQuery(SignalKind.QueueLag, TimeSpan.Zero).Text(Shop));
        Add("The time of the newest samples", "Asked beside them at the last step, so that late samples are not taken for none.", Freshness.Query.Text(Shop));
        Golden.Matches(page.ToString(), "../../docs/presets.md");

        void Add(string title, string words, string query) => page.Append($"\n## {title}\n\n").Append(words.Length == 0 ? "" : words + "\n\n").Append($"```promql\n{query.Replace(" or ", "\n  or ", StringComparison.Ordinal)}\n```\n");
    }
}
