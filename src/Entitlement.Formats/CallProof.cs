namespace Entitlement.Formats;

/// <summary>
/// The claims of a call's proof (<c>call+jwt</c>): that an installation makes exactly this call, and that it is the
/// next.
/// </summary>
public sealed record CallProof
{
    /// <summary>
    /// The largest <c>seq</c>: 2^53 − 1, the last whole number that every reader of JSON holds exactly (RFC 8259 §6). A
    /// call a second would get there in 285 million years.
    /// </summary>
    public const long MaxSequence = 9_007_199_254_740_991;

    /// <summary><c>aud</c>: the service's <c>iss</c>, as the license file names it. 1 to 256 characters.</summary>
    public required string Audience { get; init; }

    /// <summary>
    /// <c>rpc</c>: the method's full name as gRPC sends it, such as
    /// <c>/entitlement.v1.ActivationService/ReportStatus</c>. 1 to 256 characters.
    /// </summary>
    public required string Rpc { get; init; }

    /// <summary><c>sub</c>: resource name of the activation. 1 to 256 characters.</summary>
    public required string Subject { get; init; }

    /// <summary>
    /// <c>seq</c>: rises with each call of the instance key for the activation; 1 to <see cref="MaxSequence"/>. Gaps
    /// are allowed.
    /// </summary>
    public required long Sequence { get; init; }

    /// <summary>
    /// <c>body</c>: SHA-256 of the bytes that the call carries beside its proof, as base64url (43 characters). Each RPC
    /// carries them in one field of type <c>bytes</c>, so that no encoding has to be made anew to check them.
    /// </summary>
    public required string BodyHash { get; init; }
}
