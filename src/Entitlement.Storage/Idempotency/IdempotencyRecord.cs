namespace Entitlement.Storage.Idempotency;

/// <summary>
/// That a call with a <c>request_id</c> took effect, and what it made, so that the same call again has no second
/// effect. Written in the transaction of that effect. It holds a hash of the request, never the request.
/// </summary>
public sealed class IdempotencyRecord
{
    private IdempotencyRecord()
    {
    }

    /// <summary>Who called, as in the audit trail: two callers' ids do not meet.</summary>
    public string Caller { get; private init; } = "";

    /// <summary>The RPC's full name, such as <c>/entitlement.v1.LicenseService/CreateLicense</c>.</summary>
    public string Method { get; private init; } = "";

    public Guid RequestId { get; private init; }

    /// <summary>SHA-256 of the request.</summary>
    public byte[] ContentHash { get; private init; } = [];

    /// <summary>The resource that the call made or changed, by its name.</summary>
    public string Resource { get; private init; } = "";

    public DateTimeOffset CreateTime { get; private init; }

    public static IdempotencyRecord Create(
        string caller, string method, Guid requestId, byte[] contentHash, string resource, DateTimeOffset now) => new()
        {
            Caller = caller,
            Method = method,
            RequestId = requestId,
            ContentHash = contentHash,
            Resource = resource,
            CreateTime = now,
        };
}
