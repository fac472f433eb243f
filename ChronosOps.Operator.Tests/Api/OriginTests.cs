using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Api;

/// <summary>What a policy may say of Prometheus is what the administrator lets it.</summary>
public sealed class OriginTests
{
    private static readonly OriginRules Rules = new()
    {
        Urls = OriginRules.ParseUrls("https://mimir.example/prometheus, http://thanos:9090")!,
        Tenants = OriginRules.ParseTenants("shop=shared-*,team-*={namespace},ops=*")!,
        Secrets = true,
    };

    [Fact]
    public void APolicyThatSaysNothingIsReadFromTheOperatorsOwn() => Assert.Same(SeriesOrigin.Own, PolicyCompiler.Compile(SamplePolicy.Applied()).Policy!.Origin);

    [Fact]
    public void APolicyMaySayWhatIsAllowed()
    {
        var origin = Compile(new PrometheusSpec { Tenant = "shared-1", Url = "https://mimir.example/prometheus/eu", SecretRef = new PrometheusSecret { Name = "mimir" } }, Rules).Policy!.Origin;
        Assert.Equal(new SeriesOrigin { Tenant = "shared-1", Url = new Uri("https://mimir.example/prometheus/eu"), Secret = new SecretName("shop", "mimir") }, origin);
        Assert.Equal("https://mimir.example/prometheus/eu as tenant shared-1 with Secret shop/mimir", origin.ToString());
    }

    [Fact]
    public void ByDefaultNothingIsAllowed()
    {
        var (policy, errors) = Compile(new PrometheusSpec { Tenant = "shop", Url = "https://mimir.example/prometheus", SecretRef = new PrometheusSecret { Name = "mimir" } }, OriginRules.None);
        Assert.Null(policy);
        Assert.Equal(["spec.prometheus.secretRef", "spec.prometheus.tenant", "spec.prometheus.url"], errors.Select(error => error.Field).Order());
        Assert.All(new[] { "--allow-prometheus-url", "--allow-prometheus-tenants", "--policy-secrets" }, flag => Assert.Contains(errors, error => error.Message.Contains(flag, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("https://mimir.example/prometheus", true)]
    [InlineData("https://mimir.example/prometheus/", true)]
    [InlineData("https://mimir.example:443/prometheus/a/b", true)]
    [InlineData("https://MIMIR.example/prometheus", true)]
    [InlineData("http://thanos:9090", true)]
    [InlineData("http://thanos:9090/any/path", true)]
    [InlineData("http://mimir.example/prometheus", false)]
    [InlineData("https://mimir.example:8443/prometheus", false)]
    [InlineData("https://mimir.example/prometheus2", false)]
    [InlineData("https://mimir.example/", false)]
    [InlineData("https://mimir.example/prometheus/../admin", false)]
    [InlineData("https://mimir.example/prometheus/%2e%2e/admin", false)]
    [InlineData("https://mimir.example.evil/prometheus", false)]
    [InlineData("https://mimir.example@evil/prometheus", false)]
    [InlineData("https://evil/?https://mimir.example/prometheus", false)]
    [InlineData("https://evil/#https://mimir.example/prometheus", false)]
    [InlineData("https://mimir.example\\@evil/prometheus", false)]
    [InlineData("http://thanos", false)]
    [InlineData("http://169.254.169.254/latest/meta-data", false)]
    [InlineData("http://2852039166/", false)]
    [InlineData("http://[::ffff:169.254.169.254]/", false)]
    [InlineData("https://kubernetes.default.svc", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("gopher://thanos:9090", false)]
    [InlineData(" http://thanos:9090", false)]
    [InlineData("http://thanos:9090\r\nX: y", false)]
    [InlineData("", false)]
    public void AnAddressIsAllowedByItsSchemeHostPortAndTheBeginningOfItsPath(string url, bool allowed) =>
        Assert.Equal(allowed ? [] : new[] { "spec.prometheus.url" }, Compile(new PrometheusSpec { Url = url }, Rules).Errors.Select(error => error.Field));

    [Theory]
    [InlineData("shop", "shared-1", true)]
    [InlineData("shop", "shared-", true)]
    [InlineData("shop", "shared", false)]
    [InlineData("shop", "team-a", false)]
    [InlineData("shop", "shared-1|bank", false)]
    [InlineData("shop", "shared-1\r\nAuthorization: x", false)]
    [InlineData("shop", "shared-é", false)]
    [InlineData("shop", "", false)]
    [InlineData("team-a", "team-a", true)]
    [InlineData("team-a", "team-b", false)]
    [InlineData("team-a", "team-a2", false)]
    [InlineData("ateam-a", "ateam-a", false)]
    [InlineData("ops", "anything", true)]
    [InlineData("ops", "..", false)]
    [InlineData("opsx", "anything", false)]
    public void ATenantIsAllowedByTheNamespaceOfThePolicy(string ns, string tenant, bool allowed) =>
        Assert.Equal(allowed ? [] : new[] { "spec.prometheus.tenant" }, Compile(new PrometheusSpec { Tenant = tenant }, Rules, ns).Errors.Select(error => error.Field));

    [Theory]
    [InlineData("")]
    [InlineData("../other")]
    [InlineData("other/prometheus")]
    [InlineData("A B")]
    public void ASecretIsOneOfThePolicysOwnNamespace(string name) =>
        Assert.Equal("spec.prometheus.secretRef.name", Assert.Single(Compile(new PrometheusSpec { SecretRef = new PrometheusSecret { Name = name } }, Rules).Errors).Field);

    [Theory]
    [InlineData("shop")]
    [InlineData("shop=")]
    [InlineData("=a")]
    [InlineData("Shop=a")]
    [InlineData("a=b c")]
    [InlineData("a={name}")]
    public void ARuleThatMakesNoSenseIsRefused(string text) => Assert.Null(OriginRules.ParseTenants(text));

    private static (EffectivePolicy? Policy, IReadOnlyList<FieldError> Errors) Compile(PrometheusSpec spec, OriginRules rules, string ns = "shop")
    {
        var applied = SamplePolicy.Applied();
        applied.Metadata.NamespaceProperty = ns;
        applied.Spec.Prometheus = spec;
        return PolicyCompiler.Compile(applied, rules);
    }
}
