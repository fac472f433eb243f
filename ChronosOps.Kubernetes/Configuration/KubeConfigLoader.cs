using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ChronosOps.Kubernetes;

/// <summary>Reads kubeconfig files the way kubectl does: of several the first that has an entry wins.</summary>
internal static class KubeConfigLoader
{
    public static string DefaultPath => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");

    public static IReadOnlyList<string> Paths(string? given)
    {
        if (!string.IsNullOrEmpty(given))
            return [given];
        var listed = (Environment.GetEnvironmentVariable("KUBECONFIG") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var present = listed.Where(File.Exists).ToList();
        if (listed.Length > 0)
            return present.Count > 0 ? present : throw new KubeConfigException($"{string.Join(" and ", listed)} (from KUBECONFIG): there is no such file");
        return [DefaultPath];
    }

    public static KubernetesClientConfiguration Load(IReadOnlyList<string> files, string? contextName, string? masterUrl)
    {
        var documents = files.Select(KubeConfigNode.Read).ToList();
        contextName ??= documents.Select(document => document.Text("current-context")).FirstOrDefault(name => name is not null);
        var config = new KubernetesClientConfiguration();
        if (contextName is null && masterUrl is null)
            throw documents[0].Error("current-context", "is not set and no context was named");

        var context = contextName is null ? null : Entry(documents, "contexts", contextName, "context", "current-context");
        config.Namespace = context?.Text("namespace");
        var cluster = context?.Text("cluster") is { } clusterName
            ? Entry(documents, "clusters", clusterName, "cluster", $"contexts[{contextName}].context.cluster")
            : null;
        if (cluster is not null)
            ReadCluster(cluster, config, masterUrl is not null);
        else if (masterUrl is null)
            throw context!.Error("cluster", "is missing");
        if (masterUrl is not null)
            config.Host = masterUrl;
        if (context?.Text("user") is { } userName)
            ReadUser(Entry(documents, "users", userName, "user", $"contexts[{contextName}].context.user"), cluster, config);
        return config;
    }

    private static KubeConfigNode Entry(IReadOnlyList<KubeConfigNode> documents, string list, string name, string content, string namedBy) =>
        documents.Select(document => document.Entry(list, name, content)).FirstOrDefault(found => found is not null)
        ?? throw new KubeConfigException($"{string.Join(" and ", documents.Select(document => document.File))}: {namedBy} names \"{name}\", which is not among {list}");

    private static void ReadCluster(KubeConfigNode cluster, KubernetesClientConfiguration config, bool hasMaster)
    {
        if (cluster.Text("server") is { } server)
        {
            if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                throw cluster.Error("server", $"\"{server}\" is not a URL with http or https");
            config.Host = server;
        }
        else if (!hasMaster)
        {
            throw cluster.Error("server", "is missing");
        }
        config.SkipTlsVerify = cluster.Flag("insecure-skip-tls-verify");
        config.TlsServerName = cluster.Text("tls-server-name");
        config.DisableCompression = cluster.Flag("disable-compression");
        if (cluster.Text("proxy-url") is not null)
            throw cluster.Error("proxy-url", "is not supported; set HTTPS_PROXY instead");
        if (Pem(cluster, "certificate-authority") is { } authorities)
            config.SslCaCerts = Certificates(cluster, authorities);
    }

    private static void ReadUser(KubeConfigNode user, KubeConfigNode? cluster, KubernetesClientConfiguration config)
    {
        foreach (var unsupported in new[] { "auth-provider", "as" })
        {
            if (user.Has(unsupported))
                throw user.Error(unsupported, "is not supported");
        }
        ReadCertificate(user, config);
        config.AccessToken = user.Text("token");
        if (user.Text("tokenFile") is { } tokenFile) // wins over the token, which serves while there is no such file
            config.TokenProvider = new FileTokenProvider(config.AccessToken is null ? Existing(user, "tokenFile", tokenFile) : Beside(user, tokenFile), fallback: config.AccessToken);
        if (user.Child("exec") is { } exec)
        {
            var provider = new ExecTokenProvider(ExecPlugin.Read(exec, config, cluster));
            (config.TokenProvider, config.ClientCertificateProvider) = (provider, provider);
        }
        (config.Username, config.Password) = (user.Text("username"), user.Text("password"));
    }

    private static void ReadCertificate(KubeConfigNode user, KubernetesClientConfiguration config)
    {
        config.ClientCertificateData = Pem(user, "client-certificate");
        config.ClientCertificateKeyData = Pem(user, "client-key");
        if (config.ClientCertificateData is null != config.ClientCertificateKeyData is null)
            throw user.Error(config.ClientCertificateData is null ? "client-certificate" : "client-key", "is missing, though its counterpart is given");
        if (config.ClientCertificateData is null)
            return;
        var identity = Identity(user, config.ClientCertificateData, config.ClientCertificateKeyData!);
        if (PemFile(user, "client-certificate") is { } certificateFile && PemFile(user, "client-key") is { } keyFile)
            config.ClientCertificateProvider = new ClientCertificateFiles(certificateFile, keyFile, identity);
    }

    /// <summary>A PEM given as base64 data or as a file; the data wins.</summary>
    private static string? Pem(KubeConfigNode node, string name)
    {
        if (node.Text(name + "-data") is { } data)
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            }
            catch (FormatException e)
            {
                throw node.Error(name + "-data", "is not base64", e);
            }
        }
        return PemFile(node, name) is { } file ? File.ReadAllText(file) : null;
    }

    private static string? PemFile(KubeConfigNode node, string name) =>
        node.Text(name + "-data") is null && node.Text(name) is { } path ? Existing(node, name, path) : null;

    /// <summary>Paths are relative to the file that names them.</summary>
    private static string Beside(KubeConfigNode node, string path) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(node.File))!, path);

    private static string Existing(KubeConfigNode node, string name, string path)
    {
        var full = Beside(node, path);
        return File.Exists(full) ? full : throw node.Error(name, $"names \"{full}\", and there is no such file");
    }

    private static X509Certificate2Collection Certificates(KubeConfigNode cluster, string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw cluster.Error("certificate-authority", $"is not a PEM certificate: {e.Message}", e);
        }
        return certificates.Count > 0 ? certificates : throw cluster.Error("certificate-authority", "contains no PEM certificate");
    }

    private static ClientIdentity Identity(KubeConfigNode user, string certificate, string key)
    {
        try
        {
            return ClientIdentity.FromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw user.Error("client-certificate and client-key", $"do not make a certificate with its key: {e.Message}", e);
        }
    }
}
