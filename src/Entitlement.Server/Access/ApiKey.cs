using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Entitlement.Domain.Access;

namespace Entitlement.Server.Access;

/// <summary>
/// An API key: <c>ent_{id}_{secret}</c>. The id (32 hexadecimal digits, or <c>bootstrap</c>) says whose it is; the secret is
/// 256 random bits in base64url. Only the secret's SHA-256 is ever stored: with that many random bits nothing slower is
/// needed.
/// </summary>
internal sealed class ApiKey
{
    public const string BootstrapId = "bootstrap";

    private const string Prefix = "ent_";
    private const int SecretCharacters = 43;

    private readonly byte[] _secret;

    /// <param name="id">Whose it is.</param>
    /// <param name="secret">From <see cref="NewSecret"/>.</param>
    public ApiKey(string id, byte[] secret)
    {
        Id = id;
        _secret = secret;
    }

    public ApiKey(Guid administrator, byte[] secret)
        : this(administrator.ToString("N"), secret)
    {
    }

    public string Id { get; }

    public ReadOnlySpan<byte> Secret => _secret;

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(Administrator.SecretLength);

    public static bool TryParse(string text, [NotNullWhen(true)] out ApiKey? key)
    {
        key = null;
        var parts = text.Split('_', 3);
        if (parts.Length != 3
            || $"{parts[0]}_" != Prefix
            || parts[2].Length != SecretCharacters
            || !Base64Url.IsValid(parts[2]))
        {
            return false;
        }

        key = new ApiKey(parts[1], Base64Url.DecodeFromChars(parts[2]));
        // One spelling a key: two bits of the last character carry nothing and must be zero.
        return key.Reveal() == text;
    }

    /// <summary>The whole key, to be handed to its owner once.</summary>
    public string Reveal() => $"{Prefix}{Id}_{Base64Url.EncodeToString(_secret)}";

    /// <summary>Not the secret, so that a key that slips into a log does no harm.</summary>
    public override string ToString() => $"{Prefix}{Id}_…";
}
