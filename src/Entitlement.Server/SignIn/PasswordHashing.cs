using System.Security.Cryptography;
using Entitlement.Domain.SignIn;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>Hashes passwords and compares them, by ASP.NET Core Identity's hasher: PBKDF2, HMAC-SHA-512, 128 bits of salt.</summary>
internal sealed class PasswordHashing(IOptions<SignInOptions> options)
{
    /// <summary>Has no use for the person whose password it is.</summary>
    private static readonly object Anybody = new();

    private readonly PasswordHasher<object> _hasher = new(Options.Create(new PasswordHasherOptions
    {
        CompatibilityMode = PasswordHasherCompatibilityMode.IdentityV3,
        IterationCount = options.Value.PasswordRounds,
    }));

    private readonly Lock _lock = new();
    private string? _decoy;

    /// <param name="password">What the person typed.</param>
    /// <param name="field">The request field it came in, for the refusal.</param>
    public string Hash(string password, string field) =>
        _hasher.HashPassword(Anybody, PasswordRule.Normalize(password, field));

    /// <summary>Takes as long whether or not there is a password to compare with.</summary>
    /// <param name="hash">Null where there is none.</param>
    /// <param name="password">What the person typed.</param>
    /// <param name="field">The request field it came in, for the refusal.</param>
    public PasswordVerificationResult Verify(string? hash, string password, string field)
    {
        var verdict = _hasher.VerifyHashedPassword(Anybody, hash ?? Decoy(), PasswordRule.Normalize(password, field));
        return hash is null ? PasswordVerificationResult.Failed : verdict;
    }

    /// <summary>Of a password that nobody knows, made when it is first needed: a start does not wait for it.</summary>
    private string Decoy()
    {
        lock (_lock)
        {
            return _decoy ??= _hasher.HashPassword(Anybody, RandomNumberGenerator.GetHexString(32));
        }
    }
}
