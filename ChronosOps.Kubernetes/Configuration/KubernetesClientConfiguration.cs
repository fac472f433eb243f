using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes;

/// <summary>Where the API server is and how to prove who we are.</summary>
public sealed class KubernetesClientConfiguration
{
    /// <summary>The server's URL, possibly with a path.</summary>
    public string Host { get; set; } = "https://localhost:6443";

    /// <summary>The namespace of the kubeconfig context or of the pod; null when none is named.</summary>
    public string? Namespace { get; set; }

    /// <summary>The authorities that the server's certificate must come from; null: those of the machine.</summary>
    public X509Certificate2Collection? SslCaCerts { get; set; }

    /// <summary>A file with authorities that is read again when it changes; wins over <see cref="SslCaCerts"/>.</summary>
    public string? SslCaFile { get; set; }

    /// <summary>The name that the server's certificate must carry, when it is not that of the URL.</summary>
    public string? TlsServerName { get; set; }

    /// <summary>The client's certificate in PEM.</summary>
    public string? ClientCertificateData { get; set; }

    /// <summary>The client certificate's private key in PEM (RSA or EC).</summary>
    public string? ClientCertificateKeyData { get; set; }

    public string? AccessToken { get; set; }

    /// <summary>Gives the bearer token of each request; wins over <see cref="AccessToken"/>.</summary>
    public ITokenProvider? TokenProvider { get; set; }

    /// <summary>Has the client certificate of each new connection; wins over <see cref="ClientCertificateData"/>.</summary>
    public IClientCertificateProvider? ClientCertificateProvider { get; set; }

    public string? Username { get; set; }
    public string? Password { get; set; }

    /// <summary>Accept any server certificate. For experiments only.</summary>
    public bool SkipTlsVerify { get; set; }

    /// <summary>Ask for answers as they are: over a fast line, packing takes the server longer than sending. In a pod it is set.</summary>
    public bool DisableCompression { get; set; }

    /// <summary>How long a request that is not a watch may take.</summary>
    public TimeSpan HttpClientTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public string UserAgent { get; set; } = "chronosops";

    /// <summary><c>$KUBECONFIG</c>, else <c>~/.kube/config</c>, else the pod's service account, else <c>http://localhost:8080</c>.</summary>
    public static KubernetesClientConfiguration BuildDefaultConfig()
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG")) || File.Exists(KubeConfigLoader.DefaultPath))
            return BuildConfigFromConfigFile();
        return IsInCluster() ? InClusterConfig() : new KubernetesClientConfiguration { Host = "http://localhost:8080" };
    }

    /// <summary>Whether this process runs in a pod with a service account.</summary>
    public static bool IsInCluster() => InClusterLoader.IsInCluster(Environment.GetEnvironmentVariable, InClusterLoader.ServiceAccountFolder);

    /// <summary>The pod's service account. Token and authorities are read again, as they are rotated.</summary>
    public static KubernetesClientConfiguration InClusterConfig() =>
        InClusterLoader.Load(Environment.GetEnvironmentVariable, InClusterLoader.ServiceAccountFolder, TimeProvider.System);

    /// <summary>Reads a kubeconfig.</summary>
    /// <param name="kubeconfigPath">One file; else those of <c>$KUBECONFIG</c> (separated by colons, the first wins), else <c>~/.kube/config</c>.</param>
    /// <param name="currentContext">The context to use instead of the file's current one.</param>
    /// <param name="masterUrl">Replaces the cluster's server.</param>
    /// <exception cref="KubeConfigException">The message names the file and the field.</exception>
    public static KubernetesClientConfiguration BuildConfigFromConfigFile(string? kubeconfigPath = null, string? currentContext = null, string? masterUrl = null) =>
        KubeConfigLoader.Load(KubeConfigLoader.Paths(kubeconfigPath), currentContext, masterUrl);
}

/// <summary>A kubeconfig that cannot be used; the message names the file and the field.</summary>
public sealed class KubeConfigException(string message, Exception? inner = null) : Exception(message, inner);
