using System.Reflection;
using System.Runtime.CompilerServices;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Cli;
using Xunit;

namespace ChronosOps.Operator.Tests.Architecture;

/// <summary>The rights that classes name, of which the roles are made, are those that their instructions use.</summary>
public sealed class RightsTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>What the methods of a client do, by the beginning of their names, longest first.</summary>
    private static readonly (string Name, RbacVerb Verb, string? Subresource)[] Methods =
    [
        ("ReplaceStatus", RbacVerb.Update, "status"), ("PatchStatus", RbacVerb.Patch, "status"), ("Find", RbacVerb.Get, null), ("Read", RbacVerb.Get, null), ("List", RbacVerb.List, null),
        ("Watch", RbacVerb.Watch, null), ("Create", RbacVerb.Create, null), ("Replace", RbacVerb.Update, null), ("Patch", RbacVerb.Patch, null), ("Delete", RbacVerb.Delete, null),
    ];

    [Fact]
    public void AClassNamesEveryRightThatItUses()
    {
        var missing = Classes().SelectMany(type => Uses(type).Except(Names(type)).Select(right => $"{type.Name} uses {right} and does not name it"));
        Assert.Empty(missing);
    }

    /// <summary>Requests by path are not seen here; classes that send some are held against the audit log alone.</summary>
    [Fact]
    public void AClassNamesNoRightThatItDoesNotUse()
    {
        var needless = from type in Classes()
                       where !Calls(type).Any(method => method.DeclaringType == typeof(KubernetesClient) && method.Name is "SendAsync" or "ReadMetadataAsync")
                       from right in Names(type).Except(Uses(type))
                       select $"{type.Name} names {right} and does not use it";
        Assert.Empty(needless);
    }

    [Fact]
    public void TheInstructionsAreUnderstood() => Assert.Contains(Classes().SelectMany(Uses), right => right == "apps/replicasets Get");

    [Fact]
    public void NoRuleHasAWildcardAndNoneReadsSecretsUnlessItIsSwitchedOn()
    {
        var rules = RbacCommand.Rules();
        Assert.DoesNotContain(rules, rule => rule.Group == "*" || rule.Resource.Contains('*', StringComparison.Ordinal));
        Assert.All(rules.Where(rule => rule.Resource == "secrets"), rule => Assert.Equal((RbacVerb.Get, true), (rule.Verbs, rule.When is "ReadSecretMetadata" or "PolicySecrets")));
    }

    /// <summary>The command line acts with the rights of whoever calls it.</summary>
    private static IEnumerable<Type> Classes() =>
        typeof(RbacCommand).Assembly.GetTypes().Where(type => type.DeclaringType is null && type.Namespace != typeof(RbacCommand).Namespace && !type.IsDefined(typeof(CompilerGeneratedAttribute)));

    private static IEnumerable<string> Names(Type type) =>
        from right in type.GetCustomAttributes<RbacAttribute>()
        from verb in Enum.GetValues<RbacVerb>()
        where verb != RbacVerb.None && right.Verbs.HasFlag(verb)
        select Right(right.Group, right.Resource, right.Subresource, verb);

    private static IEnumerable<string> Uses(Type type)
    {
        foreach (var method in Calls(type))
        {
            if (method.DeclaringType is { IsGenericType: true } generic && generic.GetGenericArguments()[0] is { IsGenericParameter: false } entity)
            {
                if (generic.GetGenericTypeDefinition() == typeof(GenericClient<>) && Methods.FirstOrDefault(one => method.Name.StartsWith(one.Name, StringComparison.Ordinal)) is { Name: not null } does)
                {
                    yield return Right(entity, does.Subresource, does.Verb);
                }
                else if (generic.GetGenericTypeDefinition() == typeof(Informer<>) && method.IsConstructor)
                {
                    yield return Right(entity, null, RbacVerb.List);
                    yield return Right(entity, null, RbacVerb.Watch);
                }
            }
            else if (method.DeclaringType == typeof(EventRecorder) && method.Name == nameof(EventRecorder.PublishAsync))
            {
                yield return Right(typeof(V1Event), null, RbacVerb.Create);
                yield return Right(typeof(V1Event), null, RbacVerb.Patch);
            }
            else if (method.DeclaringType == typeof(LeaseLock) && method.IsConstructor)
            {
                yield return Right(typeof(V1Lease), null, RbacVerb.Get);
                yield return Right(typeof(V1Lease), null, RbacVerb.Create);
                yield return Right(typeof(V1Lease), null, RbacVerb.Update);
            }
        }
    }

    /// <summary>What a class calls, in the machines that the compiler makes of its asynchronous methods and lambdas too.</summary>
    private static IEnumerable<MethodBase> Calls(Type type) =>
        new[] { type }.Concat(Nested(type))
            .SelectMany(one => one.GetMethods(All).Cast<MethodBase>().Concat(one.GetConstructors(All)))
            .SelectMany(References.Members).OfType<MethodBase>();

    private static IEnumerable<Type> Nested(Type type) => type.GetNestedTypes(All).SelectMany(one => Nested(one).Prepend(one));

    private static string Right(Type entity, string? subresource, RbacVerb verb)
    {
        var kind = new EntityRbacAttribute(entity);
        return Right(kind.Group, kind.Resource, subresource, verb);
    }

    private static string Right(string group, string resource, string? subresource, RbacVerb verb) => $"{group}/{resource}{(subresource is null ? "" : "/" + subresource)} {verb}";
}
