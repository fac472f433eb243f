namespace ChronosOps.Kubernetes;

/// <summary>Reads what the kubelet gives to a pod.</summary>
internal static class InClusterLoader
{
    public const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static bool IsInCluster(Func<string, string?> environment, string folder) =>
        !string.IsNullOrEmpty(environment("KUBERNETES_SERVICE_HOST")) && File.Exists(Path.Combine(folder, "token"));

    /// <exception cref="KubeConfigException">Not in a pod, or without a service account.</exception>
    public static KubernetesClientConfiguration Load(Func<string, string?> environment, string folder, TimeProvider time)
    {
        var host = environment("KUBERNETES_SERVICE_HOST");
        if (string.IsNullOrEmpty(host))
            throw new KubeConfigException("not in a cluster: the environment variable KUBERNETES_SERVICE_HOST is not set");
        var token = Path.Combine(folder, "token");
        if (!File.Exists(token))
            throw new KubeConfigException($"not in a cluster: there is no service account token {token}");
        var port = environment("KUBERNETES_SERVICE_PORT") is { Length: > 0 } given ? given : "443";
        var authorities = Path.Combine(folder, "ca.crt");
        var ns = Path.Combine(folder, "namespace");
        return new KubernetesClientConfiguration
        {
            Host = $"https://{(host.Contains(':') ? $"[{host}]" : host)}:{port}",
            SslCaFile = File.Exists(authorities) ? authorities : null,
            TokenProvider = new FileTokenProvider(token, time),
            DisableCompression = true,
            Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : null,
        };
    }
}
