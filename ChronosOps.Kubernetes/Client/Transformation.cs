using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>Changes objects as they arrive. One that it fails on is like one that cannot be read: it costs only itself.</summary>
internal static class Transformation
{
    public static bool TryApply<T>(Func<T, T>? transform, ResourceType<T> type, ref T obj, out UndecodableObject? failure)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        failure = null;
        if (transform is null)
            return true;
        var key = obj.Key();
        try
        {
            obj = transform(obj);
            return true;
        }
        catch (Exception e)
        {
            failure = new UndecodableObject(type.ToString(), key, $"the transformation failed: {e.Message}");
            return false;
        }
    }
}
