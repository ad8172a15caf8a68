using System.Security.Cryptography;

namespace Entitlement.Formats.Audit;

/// <summary>
/// Binds a record to somebody's own words without holding them: SHA-256 over a random salt and the words. As long as
/// both are there, they prove each other; once they are erased, nobody can find the words by trying.
/// </summary>
public static class AuditReasonCommitment
{
    /// <summary>Bytes of a salt, and of a commitment.</summary>
    public const int Length = 32;

    private const string Purpose = "entitlement-audit-reason-1";

    /// <summary>A salt for one record.</summary>
    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(Length);

    /// <returns><c>SHA-256(p(purpose) p(salt) p(reason))</c>, 32 bytes.</returns>
    public static byte[] Of(ReadOnlySpan<byte> salt, string reason) =>
        new LengthPrefixed().Add(Purpose).Add(salt).Add(reason).Hash();
}
