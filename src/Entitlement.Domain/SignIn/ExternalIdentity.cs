using System.Security.Cryptography;
using System.Text;

namespace Entitlement.Domain.SignIn;

/// <summary>
/// That the subject of an OpenID Connect issuer is a person here. A person has one subject of an issuer at most: an address
/// that the issuer gave to somebody new does not make that one the person who had it before.
/// </summary>
public sealed class ExternalIdentity
{
    public const int MaxIssuerLength = 256;

    /// <summary>OpenID Connect Core 1.0, section 2: a subject has at most 255 ASCII characters.</summary>
    public const int MaxSubjectLength = 255;

    private ExternalIdentity()
    {
    }

    public string Issuer { get; private init; } = "";

    public string Subject { get; private init; } = "";

    public Guid UserId { get; private init; }

    public DateTimeOffset CreateTime { get; private init; }

    /// <summary>Whether a text can be a subject: printable ASCII characters.</summary>
    public static bool IsSubject(string? text) =>
        text is { Length: > 0 and <= MaxSubjectLength } && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>
    /// Stands for a subject where its own name must not be kept: 128 bits of SHA-256, which nobody who is not the subject can
    /// make an issuer sign.
    /// </summary>
    public static Guid DigestOf(string issuer, string subject) =>
        // No subject holds a line break, so that no two pairs make one text.
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer}\n{subject}")).AsSpan(0, 16));

    public static ExternalIdentity Link(string issuer, string subject, Guid user, DateTimeOffset now) => new()
    {
        Issuer = issuer,
        Subject = subject,
        UserId = user,
        CreateTime = now,
    };
}
