using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes;

/// <summary>A client certificate in files, read again when they change: the kubelet and cert-manager rotate theirs.</summary>
/// <param name="certificateFile">The certificate, or a bundle that begins with it.</param>
/// <param name="keyFile">Its key; it may be the same file.</param>
/// <param name="first">What the files held at first.</param>
/// <param name="time">Says when to look again.</param>
internal sealed class ClientCertificateFiles(string certificateFile, string keyFile, ClientIdentity first, TimeProvider? time = null) : IClientCertificateProvider
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Lock gate = new();
    private ClientIdentity current = first;
    private (DateTime, DateTime)? written;
    private long? checkedAt;

    public X509Certificate2? ClientCertificate => Current().Leaf;

    public X509Certificate2Collection? Issuers => Current().Issuers;

    private ClientIdentity Current()
    {
        lock (gate)
        {
            if (checkedAt is { } at && time.GetElapsedTime(at) < Interval)
                return current;
            checkedAt = time.GetTimestamp();
            try
            {
                var now = (FileTime.Written(certificateFile), FileTime.Written(keyFile));
                if (now != written)
                    (current, written) = (ClientIdentity.FromPem(File.ReadAllText(certificateFile), File.ReadAllText(keyFile)), now);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                // One of the two is replaced and the other not yet: the old pair is good until the next look.
            }
            return current;
        }
    }
}
