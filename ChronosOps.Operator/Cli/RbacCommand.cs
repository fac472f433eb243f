using System.CommandLine;
using System.Text;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops rbac</c>: the rights of the operator, collected from the classes that use them. The roles of the chart and of config/ are made of it.</summary>
internal static class RbacCommand
{
    private const string Header = "Generated from the C# types by `chronosops rbac`. Do not edit.";

    /// <summary>How the chart says what <see cref="RbacSwitches"/> names.</summary>
    private static readonly Dictionary<string, string> InTheChart = new()
    {
        [RbacSwitches.IncidentRetention] = "regexMatch \"[1-9]\" (toString .Values.incidentRetention)",
        [RbacSwitches.ReadSecretMetadata] = ".Values.rbac.readSecretMetadata",
        [RbacSwitches.PolicySecrets] = ".Values.rbac.readPolicySecrets",
        [RbacSwitches.WatchesAll] = "eq .Values.scope \"cluster\"",
        [RbacSwitches.LeaderElection] = ".Values.leaderElection.enabled",
        [RbacSwitches.Alertmanager] = ".Values.alertmanager.enabled",
        [RbacSwitches.WatchesElsewhere] = "and (eq .Values.scope \"namespace\") (ne (include \"chronosops.watchNamespace\" .) .Release.Namespace)",
        [RbacSwitches.ControlConfigMap] = "{{ include \"chronosops.controlName\" . }}",
        [RbacSwitches.Lease] = "{{ include \"chronosops.leaseName\" . }}",
    };

    public static Command New(CliHost host)
    {
        var namespaced = new Option<bool>("--namespaced") { Description = "A Role for one namespace instead of a ClusterRole." };
        var secrets = new Option<bool>("--read-secret-metadata") { Description = "With the right to get Secrets, so that a change of one is noticed." };
        var policySecrets = new Option<bool>("--policy-secrets") { Description = "With the right to get Secrets, so that policies can name one with credentials for Prometheus." };
        var folder = new Option<string?>("--output-dir") { Description = "Write clusterrole.yaml, role.yaml and the chart's _operator-rules.tpl into this folder instead of printing.", HelpName = "DIR" };
        var command = new Command("rbac", "Prints the role that the operator needs.") { namespaced, secrets, policySecrets, folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(folder) is not { Length: > 0 } target)
            {
                await host.Out.WriteAsync(Role(parsed.GetValue(namespaced) ? "Role" : "ClusterRole", parsed.GetValue(secrets), parsed.GetValue(policySecrets)));
                return ExitCodes.Ok;
            }

            Directory.CreateDirectory(target);
            await File.WriteAllTextAsync(Path.Combine(target, "clusterrole.yaml"), Role("ClusterRole", secrets: false), cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(target, "role.yaml"), Role("Role", secrets: false), cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(target, "_operator-rules.tpl"), ChartRules(), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>All rights that the operator's classes name.</summary>
    internal static IReadOnlyList<RbacRule> Rules() => RbacRule.Collect(typeof(RbacCommand).Assembly.GetTypes());

    private static string Role(string kind, bool secrets, bool policySecrets = false)
    {
        var text = new StringBuilder($"# {Header}\n").Append(
            $"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: {kind}
            metadata:
              name: chronosops
              labels:
                app.kubernetes.io/name: chronosops
                app.kubernetes.io/instance: chronosops
            rules:

            """);
        foreach (var rule in Rules().Where(rule => !rule.Own && (rule.When is null or RbacSwitches.IncidentRetention || (secrets && rule.When == RbacSwitches.ReadSecretMetadata) || (policySecrets && rule.When == RbacSwitches.PolicySecrets) || (kind == "ClusterRole" && rule.When == RbacSwitches.WatchesAll))))
        {
            text.Append(rule.ToYaml());
        }

        return text.ToString();
    }

    private static string ChartRules()
    {
        var text = new StringBuilder($"{{{{/* {Header} */}}}}\n\n");
        Define("{{/* What the operator may do where it watches, line by line in docs/security.md. hack/lib/rbac-audit holds it against what was used. */}}", "chronosops.watchRules", own: false);
        text.Append('\n');
        Define("{{/* What it may do in its own namespace besides: nothing, where the rules above reach there and nobody is elected. */}}", "chronosops.ownRules", own: true);
        return text.ToString();

        void Define(string comment, string name, bool own)
        {
            text.Append(comment).Append("\n{{- define \"").Append(name).Append("\" -}}\n");
            foreach (var rule in Rules().Where(rule => rule.Own == own))
            {
                var yaml = rule.ToYaml(rule.ResourceName is null ? null : InTheChart[rule.ResourceName]);
                text.Append(rule.When is null ? yaml : $"{{{{- if {InTheChart[rule.When]} }}}}\n{yaml}{{{{- end }}}}\n");
            }

            text.Append("{{- end -}}\n");
        }
    }
}
