using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli;

public sealed class ClusterCommandTests : IAsyncLifetime
{
    private const string ControlPath = "/api/v1/namespaces/chronosops-system/configmaps/chronosops-control";
    private const string DeploymentPath = "/apis/apps/v1/namespaces/shop/deployments/checkout";
    private FakeIncidentServer _server = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeIncidentServer.StartAsync();
        _cli = new CliRun { ApiServer = _server.Url, Time = TimeProvider.System };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task ListsTheIncidentsOfTheContextsNamespace()
    {
        var other = SampleIncident.Resolved();
        other.Metadata.NamespaceProperty = "bank";
        _server.Put(SampleIncident.Resolved());
        _server.Put(other);
        Assert.Equal(0, await _cli.RunAsync("incidents"));
        var lines = _cli.Out.ToString().TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Matches("^NAMESPACE +NAME +WORKLOAD +PHASE", lines[0]);
        Assert.Matches("^shop +checkout-x7k2p +checkout +Resolved +BadRelease +0.97 +Rollback/Succeeded +15s +1m01s +2024-01-01 12:00:15Z$", lines[1]);
    }

    [Fact]
    public async Task ListsAllNamespacesAsJson()
    {
        var other = SampleIncident.Resolved();
        other.Metadata.NamespaceProperty = "bank";
        _server.Put(SampleIncident.Resolved());
        _server.Put(other);
        Assert.Equal(0, await _cli.RunAsync("incidents", "-A", "-o", "json"));
        var items = JsonNode.Parse(_cli.Out.ToString())!["items"]!.AsArray();
        Assert.Equal(["bank", "shop"], items.Select(i => i!["metadata"]!["namespace"]!.GetValue<string>()).Order());
        Assert.Equal("Resolved", items[0]!["status"]!["phase"]!.GetValue<string>());
    }

    [Fact]
    public async Task TellsTheStoryOfOneIncident()
    {
        _server.Put(SampleIncident.Resolved());
        Assert.Equal(0, await _cli.RunAsync("timeline", "checkout-x7k2p"));
        Golden.Matches(_cli.Out.ToString().ReplaceLineEndings("\n"), "story.golden.txt");
    }

    [Fact]
    public async Task ShowsWhereOneIncidentStands()
    {
        _server.Put(SampleIncident.Resolved());
        Assert.Equal(0, await _cli.RunAsync("show", "checkout-x7k2p"));
        Golden.Matches(_cli.Out.ToString().ReplaceLineEndings("\n"), "sheet.golden.txt");
    }

    [Fact]
    public async Task ShowsWhatAnIncidentIsLinkedTo()
    {
        _server.Put(SampleIncident.Linked());
        Assert.Equal(0, await _cli.RunAsync("show", "checkout-x7k2p"));
        string[] expected =
        [
            "Origin      likely incident cart-1a2b3c4d", "Related     calls Deployment/cart, incident cart-1a2b3c4d, the likely origin",
            "Before      2 within 24 hours, the last was checkout-0f9e8d7c",
        ];
        Assert.Equal(expected, _cli.Out.ToString().ReplaceLineEndings("\n").Split('\n').Where(line => line.StartsWith("Origin", StringComparison.Ordinal) || line.StartsWith("Related", StringComparison.Ordinal) || line.StartsWith("Before", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("cart-1a2b3c4d", "shop/checkout-x7k2p: likely from incident cart-1a2b3c4d; it stayed well for 1m00s")]
    [InlineData("checkout-x7k2p", "shop/checkout-x7k2p: likely the origin of 1 more; it stayed well for 1m00s")]
    public async Task TheStatusNamesTheLikelyOriginOfWhatIsOpen(string origin, string expected)
    {
        var incident = SampleIncident.Linked();
        (incident.Status!.Phase, incident.Status.Origin) = (IncidentPhase.Escalated, origin);
        _server.Put(incident);
        await _cli.RunAsync("status");
        Assert.Contains(expected, _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsTheStoryAsAnObjectOnEachLine()
    {
        _server.Put(SampleIncident.Resolved());
        Assert.Equal(0, await _cli.RunAsync("timeline", "checkout-x7k2p", "-o", "json"));
        var lines = _cli.Out.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal("Resolved", (string?)lines.Last(line => (string?)line["kind"] == "Phase")["phase"]);
        Assert.All(lines, line => Assert.NotNull(line["text"]));
    }

    [Theory]
    [InlineData("checkout")]
    [InlineData("deployment/checkout")]
    [InlineData("deploy/checkout")]
    [InlineData("incident/checkout-x7k2p")]
    public async Task HoldsAWorkload(string named)
    {
        _server.Put(SampleIncident.Resolved());
        PutDeployment();
        Assert.Equal(0, await _cli.RunAsync("hold", named, "--reason", "ada migrates"));
        Assert.Equal(
            """PATCH PATH application/merge-patch+json {"metadata":{"annotations":{"chronosops.io/hold":"true","chronosops.io/hold-reason":"ada migrates"}}}""".Replace("PATH", DeploymentPath, StringComparison.Ordinal),
            Assert.Single(_server.Writes));
        Assert.Equal("Deployment shop/checkout is held until it is released.\n", _cli.Out.ToString());
    }

    [Fact]
    public async Task HoldsAWorkloadForAWhile()
    {
        PutDeployment();
        var before = TimeProvider.System.GetUtcNow();
        Assert.Equal(0, await _cli.RunAsync("hold", "checkout", "--for", "2h"));
        var patch = JsonNode.Parse(Assert.Single(_server.Writes).Split(' ', 4)[3])!["metadata"]!["annotations"]!;
        Assert.InRange(DateTimeOffset.Parse((string)patch["chronosops.io/hold"]!, System.Globalization.CultureInfo.InvariantCulture), before.AddMinutes(119), before.AddMinutes(121));
        Assert.True(patch.AsObject().ContainsKey("chronosops.io/hold-reason"), "an older reason must go");
    }

    [Fact]
    public async Task LeavesTheHoldOfSomebodyElseAsItIs()
    {
        PutDeployment(("chronosops.io/hold", "true"), ("chronosops.io/hold-reason", "ada migrates"));
        Assert.Equal(1, await _cli.RunAsync("hold", "checkout", "--for", "10m"));
        Assert.Empty(_server.Writes);
        Assert.Contains("shop/checkout is held already: a person holds the workload (ada migrates)", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--replace", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaysWhoseHoldItReplaces()
    {
        PutDeployment(("chronosops.io/hold", "true"), ("chronosops.io/hold-reason", "ada migrates"));
        Assert.Equal(0, await _cli.RunAsync("hold", "checkout", "--replace"));
        Assert.Single(_server.Writes);
        Assert.Equal("Deployment shop/checkout is held until it is released. Replaced: a person holds the workload (ada migrates); `chronosops release` ends it.\n", _cli.Out.ToString());
    }

    [Fact]
    public async Task AHoldThatIsOverIsNotInTheWay()
    {
        PutDeployment(("chronosops.io/hold", "2020-01-31T12:00:00Z"));
        Assert.Equal(0, await _cli.RunAsync("hold", "checkout"));
        Assert.Equal("Deployment shop/checkout is held until it is released.\n", _cli.Out.ToString());
    }

    [Fact]
    public async Task SaysThatWhatItShouldReleaseWasNeverHeldAndWritesNothing()
    {
        PutDeployment();
        Assert.Equal(0, await _cli.RunAsync("release", "checkout"));
        Assert.Empty(_server.Writes);
        Assert.Equal("Deployment shop/checkout was not held; nothing is changed.\n", _cli.Out.ToString());
    }

    [Fact]
    public async Task SaysThatAReleasedWorkloadWasNotHeld()
    {
        PutDeployment(("chronosops.io/hold", "2020-01-31T12:00:00Z"));
        Assert.Equal(0, await _cli.RunAsync("release", "checkout"));
        Assert.Single(_server.Writes);
        Assert.Equal("Deployment shop/checkout was not held any more: the hold ended at 2020-01-31T12:00:00Z.\n", _cli.Out.ToString());
    }

    [Fact]
    public async Task ReleasesAWorkload()
    {
        PutDeployment(("chronosops.io/hold", "true"));
        Assert.Equal(0, await _cli.RunAsync("release", "checkout"));
        Assert.Equal("Deployment shop/checkout is not held any more.\n", _cli.Out.ToString());
        Assert.EndsWith("""{"metadata":{"annotations":{"chronosops.io/hold":null,"chronosops.io/hold-reason":null}}}""", Assert.Single(_server.Writes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsWhatKeepsItFromActingAndWhatWaitsForAPerson()
    {
        var escalated = SampleIncident.Resolved();
        (escalated.Metadata.Name, escalated.Status!.Phase, escalated.Status.Message) = ("checkout-e", IncidentPhase.Escalated, "a person must look");
        _server.Put(SampleIncident.Resolved());
        _server.Put(escalated);
        _server.Put(new RemediationPolicy
        {
            ApiVersion = "chronosops.io/v1alpha1",
            Kind = "RemediationPolicy",
            Metadata = new V1ObjectMeta { Name = "broken", NamespaceProperty = "shop" },
            Status = new RemediationPolicyStatus { Conditions = [new V1Condition { Type = "Ready", Status = "False", Message = "spec.workloads: give name, selector or both" }] },
        });
        PutDeployment(("chronosops.io/hold", "true"), ("chronosops.io/hold-reason", "ada migrates"));
        Assert.Equal(0, await _cli.RunAsync("status"));
        var said = System.Text.RegularExpressions.Regex.Replace(_cli.Out.ToString(), " +", " ");
        Assert.Contains("Emergency stop unknown ConfigMap chronosops-system/chronosops-control is missing, cannot be read or says neither true nor false, so it counts as on\n", said, StringComparison.Ordinal);
        Assert.Contains("policy not in force shop/broken: spec.workloads: give name, selector or both\n", said, StringComparison.Ordinal);
        Assert.Contains("Open incidents 1 -\n incident Escalated shop/checkout-e: a person must look\n", said, StringComparison.Ordinal);
        Assert.Contains("workload held Deployment shop/checkout: a person holds the workload (ada migrates)", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsOfStormsAndOfSignalsThatFlap()
    {
        PutStorm();
        Assert.Equal(0, await _cli.RunAsync("status", "-A"));
        var said = System.Text.RegularExpressions.Regex.Replace(_cli.Out.ToString(), " +", " ");
        Assert.Contains("Storm on since 12:00 many fell ill. 2 open incidents of 2 workloads under 1 policies; the actions of 1 are withheld\n", said, StringComparison.Ordinal);
        Assert.Contains("signals flapping shop/checkout: checkout errors (3 incidents\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsThatThereIsNoStorm()
    {
        await _cli.RunAsync("status");
        Assert.Contains("Storm none -\n", System.Text.RegularExpressions.Regex.Replace(_cli.Out.ToString(), " +", " "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsTheStatusAsJson()
    {
        PutStorm();
        PutDeployment(("chronosops.io/hold", "true"), ("chronosops.io/hold-reason", "ada migrates"));
        _server.Put(ControlPath, new JsonObject { ["kind"] = "ConfigMap", ["apiVersion"] = "v1", ["metadata"] = new JsonObject { ["name"] = "chronosops-control" }, ["data"] = new JsonObject { ["emergencyStop"] = "true" } });
        Assert.Equal(0, await _cli.RunAsync("status", "-A", "-o", "json"));
        var status = JsonNode.Parse(_cli.Out.ToString())!;
        Assert.Null(status["namespace"]);
        Assert.True((bool)status["emergencyStops"]![0]!["on"]!);
        Assert.Equal((1, 2, 2, 1), ((int)status["storms"]![0]!["policies"]!, (int)status["storms"]![0]!["incidents"]!, (int)status["storms"]![0]!["workloads"]!, (int)status["storms"]![0]!["withheld"]!));
        Assert.Equal((1, 1, 1), ((int)status["policies"]!["count"]!, status["policies"]!["notInForce"]!.AsArray().Count, status["policies"]!["flapping"]!.AsArray().Count));
        Assert.Equal(["Escalated", "Deciding"], status["openIncidents"]!.AsArray().Select(one => (string?)one!["phase"]));
        Assert.Equal("checkout", (string?)Assert.Single(status["heldWorkloads"]!.AsArray())!["name"]);
        Assert.Empty(status["unseen"]!.AsObject());
    }

    [Theory]
    [InlineData("nope", "Deployment")]
    [InlineData("statefulset/nope", "StatefulSet")]
    [InlineData("sts/nope", "StatefulSet")]
    [InlineData("daemonsets.apps/nope", "DaemonSet")]
    public async Task SaysThatThereIsNoSuchWorkload(string given, string kind)
    {
        Assert.Equal(1, await _cli.RunAsync("hold", given));
        Assert.Equal($"error: there is no {kind} nope in namespace shop\n", _cli.Error.ToString());
    }

    [Fact]
    public async Task SaysThatThereIsNoSuchIncident()
    {
        Assert.Equal(1, await _cli.RunAsync("show", "nope", "-n", "bank"));
        Assert.Equal("error: there is no incident nope in namespace bank\n", _cli.Error.ToString());
    }

    [Fact]
    public async Task SaysWhereChronosOpsIsNotInstalled()
    {
        _server.KnowsNoKinds = true;
        Assert.Equal(1, await _cli.RunAsync("incidents"));
        Assert.Contains("ChronosOps is not installed there", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListsPolicies()
    {
        _server.Put(new RemediationPolicy
        {
            ApiVersion = "chronosops.io/v1alpha1",
            Kind = "RemediationPolicy",
            Metadata = new V1ObjectMeta { Name = "checkout", NamespaceProperty = "shop" },
            Spec = new RemediationPolicySpec { Mode = PolicyMode.Autonomous },
            Status = new RemediationPolicyStatus { MatchedWorkloads = 2, OpenIncidents = 1, Conditions = [new V1Condition { Type = "Ready", Status = "True", Message = "in force\u001b[31m" }] },
        });
        Assert.Equal(0, await _cli.RunAsync("policies"));
        Assert.Matches("shop +checkout +Autonomous +True +- +2 +1 +in force \\[31m", _cli.Out.ToString());
    }

    [Fact]
    public async Task PrintsThePostmortemAlsoWhenTheIncidentIsGone()
    {
        _server.Put("/api/v1/namespaces/shop/configmaps/postmortem-gone", new JsonObject { ["kind"] = "ConfigMap", ["apiVersion"] = "v1", ["metadata"] = new JsonObject { ["name"] = "postmortem-gone", ["namespace"] = "shop" }, ["data"] = new JsonObject { ["postmortem.md"] = "# Page\n" } });
        Assert.Equal(0, await _cli.RunAsync("postmortem", "gone", "-n", "shop"));
        Assert.Equal("# Page\n", _cli.Out.ToString());
    }

    [Fact]
    public async Task SaysThatThePostmortemIsNotWrittenYet()
    {
        var incident = SampleIncident.Resolved();
        (incident.Status!.Phase, incident.Status.Postmortem) = (IncidentPhase.Verifying, null);
        _server.Put(incident);
        Assert.Equal(1, await _cli.RunAsync("postmortem", "checkout-x7k2p"));
        Assert.Contains("no postmortem yet: it is Verifying", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop", "true", "ON")]
    [InlineData("resume", "false", "OFF")]
    public async Task SetsTheEmergencyStopAndSaysWhatItMeans(string verb, string value, string said)
    {
        _server.Put(ControlPath, new JsonObject { ["kind"] = "ConfigMap", ["apiVersion"] = "v1", ["metadata"] = new JsonObject { ["name"] = "chronosops-control" }, ["data"] = new JsonObject() });
        Assert.Equal(0, await _cli.RunAsync(verb));
        Assert.Equal($"PATCH {ControlPath} application/merge-patch+json {{\"data\":{{\"emergencyStop\":\"{value}\"}}}}", Assert.Single(_server.Writes));
        Assert.Contains($"Emergency stop is {said} (ConfigMap chronosops-system/chronosops-control)", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NeverSaysThatItStoppedWhatNobodyReads()
    {
        Assert.Equal(1, await _cli.RunAsync("stop", "--control-namespace", "ops", "--control-configmap", "c"));
        Assert.Contains("there is no ConfigMap ops/c: nothing was changed", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_cli.Out.ToString());
        Assert.DoesNotContain(_server.Writes, write => write.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("resume")]
    public async Task FindsTheInstallationWhateverItsReleaseIsCalled(string verb)
    {
        PutControl("platform", "ops-chronosops-control");
        Assert.Equal(0, await _cli.RunAsync(verb));
        Assert.StartsWith("PATCH /api/v1/namespaces/platform/configmaps/ops-chronosops-control ", Assert.Single(_server.Writes), StringComparison.Ordinal);
        Assert.Contains("(ConfigMap platform/ops-chronosops-control)", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Operator not found no Deployment carries the labels of an installation")]
    [InlineData(0, "Operator not running Deployment platform/chronosops: 0 of 2 pods ready")]
    [InlineData(1, "Operator running Deployment platform/chronosops: 1 of 2 pods ready")]
    public async Task StatusTellsWhetherTheOperatorRuns(int? ready, string expected)
    {
        if (ready is { } pods)
        {
            _server.Put("/apis/apps/v1/namespaces/platform/deployments/chronosops", new JsonObject
            {
                ["kind"] = "Deployment",
                ["apiVersion"] = "apps/v1",
                ["metadata"] = new JsonObject { ["name"] = "chronosops", ["namespace"] = "platform", ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = "chronosops" } },
                ["spec"] = new JsonObject { ["replicas"] = 2 },
                ["status"] = new JsonObject { ["readyReplicas"] = pods },
            });
        }

        Assert.Equal(0, await _cli.RunAsync("status"));
        Assert.Contains(expected, System.Text.RegularExpressions.Regex.Replace(_cli.Out.ToString(), " +", " "), StringComparison.Ordinal);
        Assert.Matches("Namespace +shop +all namespaces: -A", _cli.Out.ToString());
    }

    [Theory]
    [InlineData("incident/checkout-1")]
    [InlineData("inc/checkout-1")]
    public async Task ShowTakesAnIncidentAsKubectlWritesIt(string given)
    {
        Assert.Equal(1, await _cli.RunAsync("show", given));
        Assert.Contains("there is no incident checkout-1 in namespace shop", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANameThatIsNoneIsRefusedInWordsForPeople()
    {
        Assert.Equal(1, await _cli.RunAsync("show", "pod/x"));
        Assert.Contains("\"pod/x\" is not a valid name in a path\n", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatusShowsTheStopOfTheInstallation()
    {
        PutControl("platform", "ops-chronosops-control");
        Assert.Equal(0, await _cli.RunAsync("status"));
        Assert.Matches("Emergency stop +off", _cli.Out.ToString());
    }

    [Fact]
    public async Task SeveralInstallationsAreAllStoppedAndOneByOneResumed()
    {
        PutControl("platform", "ops-chronosops-control");
        PutControl("shop", "chronosops-control");
        Assert.Equal(0, await _cli.RunAsync("stop"));
        Assert.Contains("(ConfigMap platform/ops-chronosops-control, ConfigMap shop/chronosops-control)", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(["PATCH /api/v1/namespaces/platform/configmaps/ops-chronosops-control", "PATCH /api/v1/namespaces/shop/configmaps/chronosops-control"], _server.Writes.Select(write => write[..write.LastIndexOf(" application", StringComparison.Ordinal)]));
        Assert.Equal(1, await _cli.RunAsync("resume"));
        Assert.Contains("several installations: platform/ops-chronosops-control, shop/chronosops-control: say which", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, _server.Writes.Count);
        Assert.Equal(0, await _cli.RunAsync("resume", "--control-namespace", "shop"));
        Assert.StartsWith("PATCH /api/v1/namespaces/shop/configmaps/chronosops-control ", _server.Writes[^1], StringComparison.Ordinal);
    }

    /// <summary>A server that has too much to do to search may still take the one write that matters.</summary>
    [Fact]
    public async Task AServerThatCannotSearchGetsTheUsualNames()
    {
        PutControl("chronosops-system", "chronosops-control");
        _server.Before = number => _server.FailWith = number == 1 ? 500 : 0;
        Assert.Equal(0, await _cli.RunAsync("stop"));
        Assert.StartsWith($"PATCH {ControlPath} ", Assert.Single(_server.Writes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumesOnlyWhatIsThere()
    {
        Assert.Equal(1, await _cli.RunAsync("resume"));
        Assert.Contains("there is no ConfigMap chronosops-system/chronosops-control", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Writes, write => write.StartsWith("POST", StringComparison.Ordinal));
    }

    private void PutControl(string ns, string name) => _server.Put($"/api/v1/namespaces/{ns}/configmaps/{name}", new JsonObject
    {
        ["kind"] = "ConfigMap",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = "chronosops" } },
        ["data"] = new JsonObject { ["emergencyStop"] = "false" },
    });

    /// <summary>A policy that tells of a storm and of a signal that flaps, an incident that the storm holds, and one that waits for a person.</summary>
    private void PutStorm()
    {
        _server.Put(new RemediationPolicy
        {
            ApiVersion = "chronosops.io/v1alpha1",
            Kind = "RemediationPolicy",
            Metadata = new V1ObjectMeta { Name = "checkout", NamespaceProperty = "shop" },
            Status = new RemediationPolicyStatus
            {
                Conditions =
                [
                    new V1Condition { Type = "Storm", Status = "True", Reason = "ManyFellIll", Message = "since 12:00 many fell ill" },
                    new V1Condition { Type = "SignalsFlapping", Status = "True", Message = "checkout errors (3 incidents" },
                ],
            },
        });
        var (waits, escalated) = (SampleIncident.Resolved(), SampleIncident.Resolved());
        (waits.Metadata.Name, waits.Status!.Phase) = ("checkout-a", IncidentPhase.Deciding);
        waits.Status.Decisions = [new DecisionRecord { Verdict = "Wait", Gates = [new GateRecord { Gate = "Storm", Verdict = "Wait", Reason = "many" }] }];
        (escalated.Metadata.Name, escalated.Status!.Phase, escalated.Spec.WorkloadRef.Name) = ("cart-b", IncidentPhase.Escalated, "cart");
        _server.Put(waits);
        _server.Put(escalated);
    }

    private void PutDeployment(params (string Key, string Value)[] annotations) => _server.Put(DeploymentPath, new JsonObject
    {
        ["kind"] = "Deployment",
        ["apiVersion"] = "apps/v1",
        ["metadata"] = new JsonObject
        {
            ["name"] = "checkout",
            ["namespace"] = "shop",
            ["annotations"] = new JsonObject([.. annotations.Select(annotation => KeyValuePair.Create(annotation.Key, (JsonNode?)annotation.Value))]),
        },
    });
}
