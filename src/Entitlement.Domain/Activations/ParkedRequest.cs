using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Activations;

/// <summary>What became of a parked request. Stored by number.</summary>
public enum ParkedRequestState
{
    /// <summary>Nobody has decided yet.</summary>
    Waiting = 1,

    /// <summary>Its license file was issued.</summary>
    Approved = 2,

    /// <summary>A principal rejected it.</summary>
    Rejected = 3,
}

/// <summary>
/// A product's license request that waits for a principal's approval. Of one instance key at most one waits for a
/// license.
/// </summary>
public sealed class ParkedRequest
{
    private ParkedRequest()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public Guid Id { get; private init; }

    /// <summary>RFC 7638 thumbprint of the instance key: SHA-256, 32 bytes.</summary>
    public byte[] Thumbprint { get; private init; } = [];

    /// <summary>The request's <c>jti</c>.</summary>
    public Guid Jti { get; private init; }

    /// <summary>SHA-256 of the request's signing input.</summary>
    public byte[] ContentHash { get; private init; } = [];

    public string MachineName { get; private init; } = "";

    public string ProductVersion { get; private init; } = "";

    public int DeviceCount { get; private init; }

    /// <summary>Raised by every change, and guards the row: of two who decide on it at once, one decides anew.</summary>
    public int Revision { get; private set; }

    public ParkedRequestState State { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    /// <summary>Until when it waits, or its decision is remembered.</summary>
    public DateTimeOffset ExpireTime { get; private set; }

    /// <summary>Null while it waits.</summary>
    public DateTimeOffset? DecideTime { get; private set; }

    /// <summary>Who decided, as the audit trail names callers; null while it waits.</summary>
    public string? Decider { get; private set; }

    /// <summary>Why it was rejected; null when it was not.</summary>
    public string? Rejection { get; private set; }

    /// <summary>What its approval made or changed; null when it was not approved.</summary>
    public Guid? ActivationId { get; private set; }

    /// <summary>Bytes of <see cref="Content"/>.</summary>
    public int Size { get; private set; }

    /// <summary>The whole <c>.lrq</c>; empty once it was approved, because the answer is kept then.</summary>
    public byte[] Content { get; private set; } = [];

    public ParkedRequestName Name => new(AccountId, LicenseId, Id);

    /// <param name="license">The license that it asks for.</param>
    /// <param name="machine">What it says.</param>
    /// <param name="jti">Its own id.</param>
    /// <param name="contentHash">SHA-256 of its signing input.</param>
    /// <param name="content">The whole file.</param>
    /// <param name="now">When it is parked.</param>
    /// <param name="retention">How long it waits.</param>
    public static ParkedRequest Create(
        LicenseName license,
        MachineFacts machine,
        Guid jti,
        byte[] contentHash,
        byte[] content,
        DateTimeOffset now,
        TimeSpan retention) => new()
        {
            AccountId = license.AccountId,
            LicenseId = license.LicenseId,
            Id = Guid.CreateVersion7(now),
            Thumbprint = machine.Thumbprint,
            Jti = jti,
            ContentHash = contentHash,
            MachineName = machine.MachineName,
            ProductVersion = machine.ProductVersion,
            DeviceCount = machine.Devices.Count,
            State = ParkedRequestState.Waiting,
            CreateTime = now,
            ExpireTime = now + retention,
            Size = content.Length,
            Content = content,
        };

    /// <summary>It ends at, not after, its <see cref="ExpireTime"/>.</summary>
    public bool IsOverAt(DateTimeOffset now) => now >= ExpireTime;

    /// <summary>One that was rejected may still be approved.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.ParkedRequestClosed"/>: it has expired.</exception>
    public void RequireApprovable(DateTimeOffset now)
    {
        if (IsOverAt(now))
        {
            throw Refusal.ParkedRequestClosed(Name, "EXPIRED", ExpireTime);
        }
    }

    /// <summary>Notes that its license file is issued.</summary>
    /// <param name="activation">The activation that it is for.</param>
    /// <param name="decider">Who approved it.</param>
    /// <param name="now">When.</param>
    /// <param name="retention">How long that is remembered.</param>
    public void Approve(ActivationName activation, string decider, DateTimeOffset now, TimeSpan retention)
    {
        Decide(ParkedRequestState.Approved, decider, now, retention);
        ActivationId = activation.ActivationId;
        Rejection = null;
        (Size, Content) = (0, []);
    }

    /// <summary>Rejecting it again keeps the first time and reason.</summary>
    /// <returns>Whether this changed anything.</returns>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.ParkedRequestClosed"/>: it was approved, or has expired.
    /// </exception>
    public bool Reject(string reason, string decider, DateTimeOffset now, TimeSpan retention)
    {
        RequireApprovable(now);
        if (State == ParkedRequestState.Approved)
        {
            throw Refusal.ParkedRequestClosed(Name, "APPROVED", DecideTime ?? CreateTime);
        }

        if (State == ParkedRequestState.Rejected)
        {
            return false;
        }

        Decide(ParkedRequestState.Rejected, decider, now, retention);
        Rejection = reason;
        return true;
    }

    private void Decide(ParkedRequestState state, string decider, DateTimeOffset now, TimeSpan retention)
    {
        State = state;
        Decider = decider;
        DecideTime = now;
        ExpireTime = now + retention;
        Revision++;
    }
}
