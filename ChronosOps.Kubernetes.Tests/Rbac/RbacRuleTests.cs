using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using Xunit;

namespace ChronosOps.Kubernetes.Tests;

public sealed class RbacRuleTests
{
    [Fact]
    public void WhatSeveralClassesNeedOfAResourceIsOneRule()
    {
        var rule = Assert.Single(RbacRule.Collect([typeof(Reader), typeof(Writer)]), rule => rule is { Resource: "deployments", When: null });
        Assert.Equal("# Reader\n# Writer: to go back\n- apiGroups: [apps]\n  resources: [deployments]\n  verbs: [get, list, patch]\n", rule.ToYaml());
    }

    [Fact]
    public void ConditionsSubresourcesNamesAndTheOwnNamespaceAreRulesOfTheirOwn()
    {
        var rules = RbacRule.Collect([typeof(Writer), typeof(Reader)]);
        Assert.Equal(["configmaps", "apps/deployments", "apps/deployments/status", "apps/deployments (Sometimes)", "leases"], rules.Select(Short));
        Assert.Equal("# Writer\n- apiGroups: [\"\"]\n  resources: [configmaps]\n  verbs: [create]\n", rules[0].ToYaml());
        Assert.Contains("  resourceNames: [mine]\n", rules[^1].ToYaml(), StringComparison.Ordinal);
        Assert.Contains("  resourceNames: [{{ name }}]\n", rules[^1].ToYaml("{{ name }}"), StringComparison.Ordinal);
        static string Short(RbacRule rule) => (rule.Group is "apps" ? "apps/" : "") + rule.Resource + (rule.When is null ? "" : $" ({rule.When})");
    }

    [Fact]
    public void TheOrderOfTheClassesDoesNotMatter() =>
        Assert.Equal(Text([typeof(Reader), typeof(Writer)]), Text([typeof(Writer), typeof(Reader)]));

    [Fact]
    public void ARightWithoutAVerbIsRefusedByName() =>
        Assert.Contains("Idle: the right to pods names no verb", Assert.Throws<ArgumentException>(() => RbacRule.Collect([typeof(Idle)])).Message, StringComparison.Ordinal);

    [Fact]
    public void AClassThatIsNoKindIsRefused() => Assert.Throws<ArgumentException>(() => new EntityRbacAttribute(typeof(string)));

    private static string Text(Type[] types) => string.Concat(RbacRule.Collect(types).Select(rule => rule.ToYaml()));

    [EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.Get | RbacVerb.List)]
    private sealed class Reader;

    [EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "to go back")]
    [EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.Delete, When = "Sometimes")]
    [EntityRbac(typeof(V1Deployment), Subresource = "status", Verbs = RbacVerb.Update)]
    [GenericRbac("", "configmaps", Verbs = RbacVerb.Create)]
    [EntityRbac(typeof(V1Lease), Verbs = RbacVerb.Update, Own = true, ResourceName = "mine")]
    private sealed class Writer;

    [GenericRbac("", "pods")]
    private sealed class Idle;
}
