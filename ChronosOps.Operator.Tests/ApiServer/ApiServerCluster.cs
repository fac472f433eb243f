using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>
/// The API server that the tests were given, with our definitions and the chart's role. Made ready once for all tests. A server of custom
/// resources alone has no roles.
/// </summary>
internal sealed class ApiServerCluster
{
    private const string Variable = "CHRONOSOPS_TEST_KUBECONFIG";
    public const string Role = "chronosops-apiserver-tests";
    private static readonly Lazy<Task<ApiServerCluster>> Shared = new(PrepareAsync);

    private ApiServerCluster(string kubeconfig, KubernetesClient client) => (Kubeconfig, Client) = (kubeconfig, client);

    /// <summary>The administrator's.</summary>
    public string Kubeconfig { get; }

    public KubernetesClient Client { get; }

    public AuditLog Audit { get; } = new(Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_AUDIT_LOG") ?? "");

    /// <summary>The top of the repository.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The cluster; skips the test by name where there is none.</summary>
    public static Task<ApiServerCluster> GetAsync()
    {
        var reason = Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_SKIP");
        Assert.SkipWhen(!string.IsNullOrEmpty(reason), reason ?? "");
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)), $"{Variable} does not name the kubeconfig of an API server; hack/test does");
        return Shared.Value;
    }

    private static async Task<ApiServerCluster> PrepareAsync()
    {
        var kubeconfig = Environment.GetEnvironmentVariable(Variable)!;
        var client = new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
        var knowsRules = await client.ServerVersionAsync(ApiServerWorld.Ct) >= new Version(1, 25);
        await Kubectl.RunAsync(kubeconfig, null, "apply", "--server-side", "--force-conflicts", "-f", Path.Combine(Repository, knowsRules ? "crds/cel" : "crds"));
        await Kubectl.RunAsync(kubeconfig, null, "wait", "--for=condition=Established", "crd/incidents.chronosops.io", "crd/remediationpolicies.chronosops.io", "--timeout=30s");
        await Waiting.ForAsync("the definitions to be served", () => ServedAsync(kubeconfig, client));
        Kubectl.ForgetDiscovery();
        if (await client.SupportsAsync("rbac.authorization.k8s.io", "v1", "clusterroles", ApiServerWorld.Ct))
        {
            await ApplyFromChartAsync(kubeconfig, "default", Role, "templates/clusterrole.yaml", "scope=cluster,alertmanager.enabled=true,alertmanager.allowAnonymous=true");
        }

        return new ApiServerCluster(kubeconfig, client);
    }

    /// <summary>Lets an account of that name take part in an election, as the chart does.</summary>
    public Task AllowElectionAsync(string ns, string account) => ApplyFromChartAsync(Kubeconfig, ns, account, "templates/own-role.yaml", "leaderElection.enabled=true");

    private static async Task ApplyFromChartAsync(string kubeconfig, string ns, string name, string template, string value)
    {
        var rendered = await Kubectl.TryAsync("helm", kubeconfig, null, "template", name, Path.Combine(Repository, "charts/chronosops"), "--namespace", ns,
            "--set", $"prometheus.url=http://unused,fullnameOverride={name},{value}", "--show-only", template);
        Assert.True(rendered.ExitCode == 0, rendered.Error);
        await Kubectl.RunAsync(kubeconfig, rendered.Output, "apply", "-f", "-");
    }

    /// <summary>Definitions are served a moment after they are established, and are listed for kubectl, which knows them by the list, at another.</summary>
    private static async Task<string?> ServedAsync(string kubeconfig, KubernetesClient client)
    {
        try
        {
            var served = await client.SendAsync(HttpMethod.Get, "/apis/chronosops.io/v1alpha1", ct: ApiServerWorld.Ct);
            var listed = await Kubectl.RunAsync(kubeconfig, null, "api-resources", "--api-group=chronosops.io", "-o", "name");
            return served!["resources"]!.AsArray().Count >= 4 && listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 2 ? listed : null;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>A kubeconfig file for a service account of a namespace, bound there to the chart's role, so that the audit log tells its writes apart.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="account">The account's name.</param>
    public async Task<string> NewAccountAsync(string ns, string account)
    {
        await Client.SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{ns}/serviceaccounts", new JsonObject { ["metadata"] = new JsonObject { ["name"] = account } });
        var binding = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = account },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = Role },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = account, ["namespace"] = ns }),
        };
        await Client.SendAsync(HttpMethod.Post, $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings", binding);
        var token = await Client.SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{ns}/serviceaccounts/{account}/token",
            JsonNode.Parse("""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":7200}}"""));
        return WriteKubeconfig(Client.Configuration.Host, Client.Configuration.SslCaCerts!.ExportCertificatePems(), (string)token!["status"]!["token"]!);
    }

    /// <summary>A kubeconfig file that only this test run reads.</summary>
    public static string WriteKubeconfig(string server, string? authority, string token)
    {
        var cluster = new JsonObject { ["server"] = server };
        if (authority is not null)
        {
            cluster["certificate-authority-data"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(authority));
        }

        var file = Path.Combine(Directory.CreateTempSubdirectory("chronosops-").FullName, "kubeconfig");
        File.WriteAllText(file, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["clusters"] = new JsonArray(new JsonObject { ["name"] = "test", ["cluster"] = cluster }),
            ["users"] = new JsonArray(new JsonObject { ["name"] = "test", ["user"] = new JsonObject { ["token"] = token } }),
            ["contexts"] = new JsonArray(new JsonObject { ["name"] = "test", ["context"] = new JsonObject { ["cluster"] = "test", ["user"] = "test" } }),
            ["current-context"] = "test",
        }.ToJsonString());
        return file;
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ChronosOps.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests run outside of the repository");
    }
}
