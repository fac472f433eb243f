using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

public sealed class HostNamesTests
{
    [Theory]
    [InlineData("http://cart.shop.svc:8080/api", "cart.shop.svc")]
    [InlineData("http://cart:8080", "cart")]
    [InlineData("http://cart", "cart")]
    [InlineData("http://cart/api?next=http://basket/", "basket,cart")]
    [InlineData("postgres://app:secret@orders-db.shop.svc.cluster.local:5432/orders", "orders-db.shop.svc.cluster.local")]
    [InlineData("cart:8080", "cart")]
    [InlineData("cart.shop.svc:8080", "cart.shop.svc")]
    [InlineData("https://api.example.com/v1.", "api.example.com")]
    [InlineData("cart:8080,basket:9090", "basket,cart")]
    [InlineData("--upstream=cart:8080", "cart")]
    [InlineData("http://10.0.0.7:8080/", "")]
    [InlineData("10.0.0.7:8080", "")]
    [InlineData("cart", "")]
    [InlineData("registry.example/cart:1.2", "")]
    [InlineData("12:30", "")]
    [InlineData("fast", "")]
    [InlineData("", "")]
    public void HostsOfUrlsAndNamesWithPortsAreFound(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', HostNames.In([text]).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("cart", true)]
    [InlineData("cart.shop", true)]
    [InlineData("cart.shop.svc.cluster.local", true)]
    [InlineData("cart-0.cart.shop.svc", true)]
    [InlineData("cart.market.svc", false)]
    [InlineData("cart.example.com", false)]
    [InlineData("api.cart.com", false)]
    [InlineData("carts", false)]
    public void AHostIsAServicesOnlyWithinItsNamespace(string host, bool isIts) => Assert.Equal(isIts, HostNames.ServicesOf(host, "shop").Contains("cart"));

    [Fact]
    public void VariablesCommandsAndArgumentsAreRead()
    {
        var template = Support.SampleTemplate.Parse("""
            { "spec": {
                "initContainers": [ { "name": "wait", "command": ["wait-for", "db:5432"] } ],
                "containers": [ { "name": "app", "env": [ { "name": "A", "value": "http://cart/" }, { "name": "B", "valueFrom": {} } ], "args": ["--to", "http://basket:1/"] } ] } }
            """);
        Assert.Equal(["basket", "cart", "db"], TemplateFacts.Read(template).Hosts.Order());
    }
}
