using System.Reflection;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Remediation;
using Xunit;

namespace ChronosOps.Operator.Tests.Architecture;

/// <summary>Data passes through the rooms in one direction; judgement does no I/O; effects need leave.</summary>
public sealed class RoomTests
{
    private const string Root = "ChronosOps.Operator.";
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The rooms that each room may look into. Controllers, Cli and the composition may look into all.</summary>
    private static readonly Dictionary<string, string[]> MayLookInto = new()
    {
        ["PromQl"] = [],
        ["Api"] = ["PromQl"],
        ["Workloads"] = ["Api"],
        ["Detection"] = ["Api", "Workloads"],
        ["Incidents"] = ["Api", "Workloads"],
        ["Knowledge"] = ["Api", "Workloads", "Detection", "Incidents"],
        ["Evidence"] = ["Api", "Workloads", "Detection", "Incidents", "Knowledge"],
        ["Analysis"] = ["Api", "Workloads", "Detection", "Evidence"],
        ["Decisions"] = ["Api", "Workloads", "Detection", "Evidence", "Analysis"],
        ["Remediation"] = ["Api", "Workloads", "Decisions"],
        ["Verification"] = ["Api", "Workloads", "Detection"],
        ["Telemetry"] = ["Api", "Detection"],
        ["Integrations"] = ["Api", "Detection"],
        ["Intake"] = ["Api", "Workloads", "Detection", "Incidents"],
        ["Web"] = ["Telemetry", "Controllers", "Intake"],
    };

    /// <summary>What does I/O or asks for the time.</summary>
    private static readonly Type[] Outside =
    [
        typeof(KubernetesClient), typeof(GenericClient<>), typeof(Informer<>), typeof(HttpClient), typeof(HttpMessageHandler), typeof(File), typeof(System.Diagnostics.Process),
        typeof(TimeProvider), typeof(Task),
    ];

    public static TheoryData<string> Rooms => [.. MayLookInto.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void ARoomLooksOnlyIntoTheRoomsBeforeIt(string room)
    {
        var looks = from type in TypesOf(room)
                    from other in References.Of(type)
                    let next = RoomOf(other)
                    where next is not null && next != room && !MayLookInto[room].Contains(next)
                    select $"{type.FullName} looks into {other.FullName}";
        Assert.Empty(looks);
    }

    [Fact]
    public void EveryRoomHasItsPlace()
    {
        string[] shells = ["Controllers", "Cli"];
        var rooms = typeof(Permit).Assembly.GetTypes().Select(RoomOf).OfType<string>().Distinct();
        Assert.Equal(MayLookInto.Keys.Concat(shells).Order(), rooms.Order());
    }

    [Theory]
    [InlineData("Api")]
    [InlineData("PromQl")]
    [InlineData("Analysis")]
    [InlineData("Decisions")]
    [InlineData("Verification")]
    [InlineData("Knowledge")]
    [InlineData("Intake")]
    public void ARoomThatJudgesDoesNothingElse(string room) => AssertPure(TypesOf(room));

    [Theory]
    [InlineData("Detection", "AtOnce", "Evaluation", "ISeriesSource", "OwnQueries", "OwnQueryLimits", "SeriesRound", "SpannedReader", "ServiceGraph", "Learnt.Learner", "Learnt.OwnTurns")]
    [InlineData("Incidents", "IncidentBook")]
    [InlineData("Workloads", "WorkloadCatalog", "WorkloadCaches", "RevisionTemplates", "WorkloadKinds", "PodMemory", "ServiceCatalog", "CallTargets")]
    [InlineData("Remediation", "RollbackEffect", "RestartEffect", "RollingRestartEffect", "ScaleEffect", "KeyedPatch", "LiveWorkload", "FieldReturn", "PodEviction")]
    public void OfOtherRoomsOnlyTheNamedTypesReachOutside(string room, params string[] outside)
    {
        var names = outside.Select(name => $"{Root}{room}.{name}").ToList();
        AssertPure(TypesOf(room).Where(type => !names.Contains(Outermost(type).FullName!)));
    }

    [Fact]
    public void AnEffectNeedsAPermit()
    {
        Assert.Equal(typeof(Permit), typeof(IEffect).GetMethod(nameof(IEffect.ApplyAsync))!.GetParameters()[0].ParameterType);
        Assert.Equal(typeof(Permit), typeof(IEffect).GetMethod(nameof(IEffect.ClearAsync))!.GetParameters()[0].ParameterType);
        string[] patches = [$"{typeof(RollbackEffect).FullName}+<{nameof(IEffect.ApplyAsync)}>", $"{typeof(ScaleEffect).FullName}+<{nameof(IEffect.ApplyAsync)}>", $"{typeof(RollingRestartEffect).FullName}+<{nameof(IEffect.ApplyAsync)}>"];
        string[] rehearsals = [$"{typeof(RollbackEffect).FullName}+<{nameof(IEffect.RehearseAsync)}>", $"{typeof(ScaleEffect).FullName}+<{nameof(IEffect.RehearseAsync)}>", $"{typeof(RollingRestartEffect).FullName}+<{nameof(IEffect.RehearseAsync)}>"];
        string[] evictions = [$"{typeof(RestartEffect).FullName}+<{nameof(IEffect.ApplyAsync)}>", $"{typeof(RollbackEffect).FullName}+<{nameof(IEffect.ClearAsync)}>"];
        const string prepare = "PrepareAsync";
        Assert.Equal([$"{typeof(RollbackEffect).FullName}+<{prepare}>"], CallersOf(one => one.DeclaringType == typeof(RollbackPlan) && one.Name == nameof(RollbackPlan.Patch)));
        Assert.Equal([$"{typeof(ScaleEffect).FullName}+<{prepare}>"], CallersOf(one => one.DeclaringType == typeof(ScalePlan) && one.Name == nameof(ScalePlan.Patch)));
        Assert.Equal([$"{typeof(RollingRestartEffect).FullName}+<{prepare}>"], CallersOf(one => one.DeclaringType == typeof(RestartPlan) && one.Name == nameof(RestartPlan.Patch)));
        Type[] patching = [typeof(RollbackEffect), typeof(ScaleEffect), typeof(RollingRestartEffect)];
        Assert.Equal(patches.Concat(rehearsals).Order(), CallersOf(one => one.Name == prepare && patching.Contains(one.DeclaringType)).Order());
        Assert.Equal(evictions, CallersOf(one => one.DeclaringType == typeof(PodEviction) && one.Name == nameof(PodEviction.EvictAsync)).Order());
        Assert.Equal([$"{typeof(PodEviction).FullName}+<{nameof(PodEviction.EvictAsync)}>", $"{typeof(PodEviction).FullName}+<{nameof(PodEviction.RehearseAsync)}>"], CallersOf(one => one.DeclaringType == typeof(PodEviction) && one.Name == nameof(PodEviction.Eviction)).Order());
        Assert.Empty(patches.Concat(evictions).Except(CallersOf(one => one.DeclaringType == typeof(Permit) && one.Name == nameof(Permit.Require))));
    }

    /// <summary>Rehearsals change nothing, which <c>RollbackEffectTests</c>, <c>ScaleEffectTests</c>, <c>RestartEffectTests</c> and <c>RollingRestartEffectTests</c> hold; statuses are the operator's own.</summary>
    [Fact]
    public void OnlyTheEffectPatchesWorkloads()
    {
        var patchers = CallersOf(method => (method.DeclaringType == typeof(HttpMethod) && method.Name == "get_Patch")
            || (method.DeclaringType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(GenericClient<>) && method.Name.StartsWith("Patch", StringComparison.Ordinal) && !method.Name.StartsWith("PatchStatus", StringComparison.Ordinal)));
        // The command line's hold and emergency stop are a person's own writes, with that person's rights; alerts are written into incidents.
        Assert.Equal(
            [$"{Root}Cli.EmergencyStopCommands+<WriteAsync>", $"{Root}Cli.HoldCommands+<AnnotateAsync>", $"{Root}Controllers.AlertIntake+<NoteAsync>", $"{typeof(FieldReturn).FullName}+<ReplaceAsync>", $"{typeof(RollbackEffect).FullName}+<{nameof(RollbackEffect.ApplyAsync)}>",
                $"{typeof(RollbackEffect).FullName}+<{nameof(RollbackEffect.RehearseAsync)}>", $"{typeof(RollingRestartEffect).FullName}+<{nameof(RollingRestartEffect.ApplyAsync)}>",
                $"{typeof(RollingRestartEffect).FullName}+<{nameof(RollingRestartEffect.RehearseAsync)}>", $"{typeof(ScaleEffect).FullName}+<{nameof(ScaleEffect.ApplyAsync)}>", $"{typeof(ScaleEffect).FullName}+<{nameof(ScaleEffect.RehearseAsync)}>"],
            patchers.Order());
    }

    [Fact]
    public void OnlyTheGateKeeperAsksForPermits() =>
        Assert.Equal(
            ["ChronosOps.Operator.Controllers.GateKeeper+<AskAsync>"],
            CallersOf(method => method.DeclaringType == typeof(Permit) && method.Name == nameof(Permit.Request)));

    private static void AssertPure(IEnumerable<Type> types) =>
        Assert.Empty(from type in types
                     from other in References.Of(type)
                     where Outside.Contains(other)
                     select $"{type.FullName} reaches outside: {other.FullName}");

    /// <summary>The types, nested ones without the compiler's numbering, whose methods call what is looked for.</summary>
    private static IEnumerable<string> CallersOf(Func<MethodBase, bool> isCalled) =>
        (from type in typeof(Permit).Assembly.GetTypes()
         from method in type.GetMethods(Declared)
         where References.Members(method).OfType<MethodBase>().Any(isCalled)
         select type.FullName!.Split(">d__")[0] + (type.FullName.Contains(">d__", StringComparison.Ordinal) ? ">" : "")).Distinct();

    private static IEnumerable<Type> TypesOf(string room) => typeof(Permit).Assembly.GetTypes().Where(type => RoomOf(type) == room);

    private static string? RoomOf(Type type) =>
        type.Assembly == typeof(Permit).Assembly && type.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true ? type.Namespace[Root.Length..].Split('.')[0] : null;

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
