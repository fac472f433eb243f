using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

/// <summary>The present pods have a label, or a named port, that the target's would not have, unless it is said otherwise.</summary>
public sealed class ServicesGateTests
{
    private static readonly ServiceSnapshot Missing = ServiceSignsTests.Well with { Misses = new Dictionary<string, string> { [SampleWorkload.Old] = "it selects track=second" } };
    private static readonly ServiceSnapshot Unread = ServiceSignsTests.Well with { Reach = ServiceReach.Unknown, Target = null };

    private static readonly GateTable Table = new(new ServicesGate())
    {
        { "labels and ports are the same, and Services cannot be read", c => c },
        { "the target has one label more, and Services cannot be read", c => Labels(c, "app=checkout", "app=checkout,tier=front") },
        { "every Service would lead to the target", c => With(c, ServiceSignsTests.Well) },
        { "no Service leads to the workload", c => With(c) },
        { "a Service would not lead to the target", c => With(c, Missing), Verdict.Deny, "ServiceWouldMiss" },
        { "a Service would not, and another would", c => With(c, ServiceSignsTests.Well, Missing), Verdict.Deny, "ServiceWouldMiss" },
        { "a Service that goes by a label of a pod would not", c => With(c, Missing with { ByTemplate = false }), Verdict.Deny, "ServiceWouldMiss" },
        { "a Service would not lead to a revision that is not the target", c => With(c, Missing with { Misses = new Dictionary<string, string> { ["other"] = "it selects track=second" } }) },
        { "a Service that leads nowhere now would not", c => With(c, Missing with { Reach = ServiceReach.Nowhere }) },
        { "a label would be missing, and Services cannot be read", c => Labels(c, "app=checkout,track=second", "app=checkout"), Verdict.Deny, "ServicesUnknown" },
        { "a label would be another, and Services cannot be read", c => Labels(c, "app=second", "app=first"), Verdict.Deny, "ServicesUnknown" },
        { "a named port would be missing, and Services cannot be read", c => c.Workload(w => w with { Current = w.Current with { Ports = new HashSet<string> { "web" } } }), Verdict.Deny, "ServicesUnknown" },
        { "the Services that are known cannot be read any more", c => With(c, Unread), Verdict.Deny, "ServicesUnknown" },
        { "there is no target", c => c.To(null), Verdict.Deny, "NoTarget" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static GateContext With(GateContext context, params ServiceSnapshot[] services) =>
        Labels(context, "app=checkout,track=second", "app=checkout").Workload(w => w with { Services = services });

    private static GateContext Labels(GateContext context, string current, string target) => context
        .Workload(w => w with { Current = w.Current with { Labels = Parse(current) } })
        .To(SampleWorkload.OldRevision with { Facts = SampleWorkload.OldFacts with { Labels = Parse(target) } });

    private static Dictionary<string, string> Parse(string labels) => labels.Split(',').Select(label => label.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
}
