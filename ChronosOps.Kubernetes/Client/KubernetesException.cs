using System.Net;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>A request that the API server refused, or that got no answer (<see cref="StatusCode"/> 0).</summary>
public sealed class KubernetesException : Exception
{
    public KubernetesException(int statusCode, string message, V1Status? status = null, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(message, inner) =>
        (StatusCode, Status, RetryAfter) = (statusCode, status, retryAfter);

    /// <summary>The HTTP status; 0 when there was no answer (connection, TLS or time-out).</summary>
    public int StatusCode { get; }

    /// <summary>What the server said, when it said it in its own format.</summary>
    public V1Status? Status { get; }

    /// <summary>When the server wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; }

    public bool IsNotFound => StatusCode == (int)HttpStatusCode.NotFound;

    /// <summary>Somebody else changed the object, or a precondition did not hold.</summary>
    public bool IsConflict => StatusCode == (int)HttpStatusCode.Conflict && !IsAlreadyExists;

    public bool IsAlreadyExists => Status?.Reason == "AlreadyExists";

    /// <summary>The version asked for is no longer, or not yet, available.</summary>
    public bool IsGone => StatusCode == (int)HttpStatusCode.Gone || Status?.Reason is "Expired" or "Gone";

    /// <summary>The server's rules refuse the object; the causes name the fields. A JSON Patch whose <c>test</c> fails is one too.</summary>
    public bool IsInvalid => StatusCode == (int)HttpStatusCode.UnprocessableEntity || Status?.Reason == "Invalid";

    public bool IsForbidden => StatusCode == (int)HttpStatusCode.Forbidden;
    public bool IsUnauthorized => StatusCode == (int)HttpStatusCode.Unauthorized;
    public bool IsTooManyRequests => StatusCode == (int)HttpStatusCode.TooManyRequests;

    /// <summary>The version asked for lies in the future of the server that answered.</summary>
    public bool IsResourceVersionTooLarge =>
        Status?.Details?.Causes?.Any(cause => cause.Reason == "ResourceVersionTooLarge") == true
        || Status?.Message?.Contains("Too large resource version", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>A write may or may not have happened: no answer, or the server failed while doing it.</summary>
    public bool IsOutcomeUnknown => StatusCode is 0 or >= 500;
}
