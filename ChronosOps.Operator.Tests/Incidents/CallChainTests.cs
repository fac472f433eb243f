using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

/// <summary>Workloads that call each other, written caller&gt;callee, with the second at which each fell ill.</summary>
public sealed class CallChainTests
{
    [Theory]
    [InlineData("web>cart", "web 10, cart 5", "web:cart cart:cart")]
    [InlineData("web>cart, cart>db", "web 10, cart 7, db 5", "web:db cart:db db:db")]
    [InlineData("web>cart, cart>db", "web 10, db 5", "web:- db:-")]
    [InlineData("web>cart, web>db", "web 10, cart 7, db 5", "web:db cart:- db:db")]
    [InlineData("web>cart, web>db, cart>db", "web 10, cart 4, db 5", "web:db cart:db db:db")]
    [InlineData("web>cart", "web 10, cart 40", "web:cart cart:cart")]
    [InlineData("web>cart", "web 10, cart 41", "web:- cart:-")]
    [InlineData("web>cart", "web 3605, cart 5", "web:cart cart:cart")]
    [InlineData("web>cart", "web 3606, cart 5", "web:- cart:-")]
    [InlineData("web>cart, cart>web", "web 10, cart 5", "web:cart cart:cart")]
    [InlineData("web>cart, cart>web", "web 5, cart 10", "web:web cart:web")]
    [InlineData("web>cart, cart>web", "web 5 suffers, cart 10", "web:cart cart:cart")]
    [InlineData("web>cart, cart>db, db>cart", "web 10, cart 7, db 5", "web:db cart:db db:db")]
    [InlineData("web>cart, search>db", "web 10, cart 7, search 6, db 5", "web:cart cart:cart search:db db:db")]
    [InlineData("", "web 10, cart 5", "web:- cart:-")]
    public void TheOriginIsTheDeepestThatIsIll(string calls, string ill, string expected)
    {
        var (chain, nodes) = Chain(calls, ill);
        Assert.Equal(expected, string.Join(' ', nodes.Select(one => $"{one.Workload.Name}:{Origin(chain.Of(one.Incident), one)}")));
    }

    [Fact]
    public void BothEndsKnowOfEachOther()
    {
        var (chain, _) = Chain("web>cart, cart>db", "web 10, cart 7, db 5");
        Assert.Equal(["CallsIndirectly db-1 True", "Calls cart-1 False"], Links(chain, "web-1"));
        Assert.Equal(["Calls db-1 True", "CalledBy web-1 False"], Links(chain, "cart-1"));
        Assert.Equal(["CalledBy cart-1 False", "CalledByIndirectly web-1 False"], Links(chain, "db-1"));
    }

    [Fact]
    public void SiblingsAreNotLinkedByACommonCaller() => Assert.Equal(["CalledBy web-1 False"], Links(Chain("web>cart, web>db", "web 10, cart 7, db 5").Chain, "cart-1"));

    [Fact]
    public void AnIncidentThatIsNotAmongThemStandsAlone() => Assert.Equal(ChainPlace.Alone, Chain("web>cart", "web 10, cart 5").Chain.Of("other"));

    [Fact]
    public void ALinkIsSaidInWords()
    {
        var (chain, _) = Chain("web>cart", "web 10, cart 5");
        Assert.Equal("calls Deployment/cart, incident cart-1, the likely origin (service graph)", CallChain.Say(chain.Of("web-1").Related[0]));
        Assert.Equal("is called by Deployment/web, incident web-1 (service graph)", CallChain.Say(chain.Of("cart-1").Related[0]));
    }

    private static string Origin(ChainPlace place, IllWorkload self) => place.Origin?.Workload.Name ?? (place.IsOrigin ? self.Workload.Name : "-");

    private static IEnumerable<string> Links(CallChain chain, string incident) => chain.Of(incident).Related.Select(link => $"{link.Relation} {link.Incident} {link.LikelyOrigin}");

    private static (CallChain Chain, List<IllWorkload> Nodes) Chain(string calls, string ill)
    {
        var pairs = calls.Split(", ").ToHashSet();
        var nodes = (from text in ill.Split(", ")
                     let words = text.Split(' ')
                     select new IllWorkload($"{words[0]}-1", new(WorkloadKind.Deployment, "shop", words[0]), FakeTime.Epoch.AddSeconds(int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture)), words.Length > 2)).ToList();
        return (new CallChain(nodes, (caller, callee) => pairs.Contains($"{caller.Workload.Name}>{callee.Workload.Name}") ? CallSource.ServiceGraph : null), nodes);
    }
}
