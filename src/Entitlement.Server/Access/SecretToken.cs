using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Entitlement.Domain.SignIn;

namespace Entitlement.Server.Access;

/// <summary>What a token is for, which its first letters tell whoever finds one.</summary>
internal enum TokenKind
{
    /// <summary>A key of a service account, or the bootstrap key.</summary>
    ApiKey,

    /// <summary>A person who signed in.</summary>
    Session,

    /// <summary>A link to set a password.</summary>
    PasswordLink,
}

/// <summary>
/// A token that this service hands out: <c>{prefix}_{id}_{secret}</c>. The id (32 hexadecimal digits, or a name) says which it
/// is; the secret is 256 random bits in base64url. Only the secret's SHA-256 is ever stored: with that many random bits
/// nothing slower is needed.
/// </summary>
internal sealed class SecretToken
{
    private const int SecretCharacters = 43;

    private static readonly string[] Prefixes = ["ent", "ens", "enp"];

    private readonly byte[] _secret;

    private SecretToken(TokenKind kind, string id, byte[] secret)
    {
        Kind = kind;
        Id = id;
        _secret = secret;
    }

    public TokenKind Kind { get; }

    public string Id { get; }

    public ReadOnlySpan<byte> Secret => _secret;

    private string Prefix => Prefixes[(int)Kind];

    /// <summary>One with a new secret.</summary>
    public static SecretToken Create(TokenKind kind, string id) => Create(kind, id, NewSecret());

    /// <param name="kind">What it is for.</param>
    /// <param name="id">Which one it is.</param>
    /// <param name="secret">From <see cref="NewSecret"/>.</param>
    public static SecretToken Create(TokenKind kind, Guid id, byte[] secret) => Create(kind, id.ToString("N"), secret);

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretHash.SecretLength);

    /// <summary>Makes nothing but the token itself: it is done for each call.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SecretToken? token)
    {
        token = null;
        var first = text.IndexOf('_');
        var second = first < 0 ? -1 : text[(first + 1)..].IndexOf('_') + first + 1;
        if (second <= first || KindOf(text[..first]) is not { } kind)
        {
            return false;
        }

        var encoded = text[(second + 1)..];
        Span<byte> secret = stackalloc byte[SecretHash.SecretLength];
        Span<char> again = stackalloc char[SecretCharacters];
        if (encoded.Length != SecretCharacters
            || !Base64Url.IsValid(encoded)
            || !Base64Url.TryDecodeFromChars(encoded, secret, out _)
            || !Base64Url.TryEncodeToChars(secret, again, out _)

            // One spelling a token: two bits of the last character carry nothing and must be zero.
            || !encoded.SequenceEqual(again))
        {
            return false;
        }

        token = Create(kind, $"{text[(first + 1)..second]}", secret.ToArray());
        return true;
    }

    /// <summary>Whether its id is that of a row; the id is then in <paramref name="id"/>.</summary>
    public bool HasRowId(out Guid id) => Guid.TryParseExact(Id, "N", out id);

    /// <summary>The whole token, to be handed to its owner once.</summary>
    public string Reveal() => $"{Prefix}_{Id}_{Base64Url.EncodeToString(_secret)}";

    /// <summary>Not the secret, so that a token that slips into a log does no harm.</summary>
    public override string ToString() => $"{Prefix}_{Id}_…";

    private static TokenKind? KindOf(ReadOnlySpan<char> prefix)
    {
        for (var i = 0; i < Prefixes.Length; i++)
        {
            if (prefix.SequenceEqual(Prefixes[i]))
            {
                return (TokenKind)i;
            }
        }

        return null;
    }

    private static SecretToken Create(TokenKind kind, string id, byte[] secret) => new(kind, id, secret);
}
