using Entitlement.Domain.Errors;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Abuse;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>
/// Finds out whether somebody knows a person's password. For an address that nobody has it does the same: the same
/// look-ups, a hash as slow, and the failure is written.
/// </summary>
internal sealed class PasswordCheck(
    IDbContextFactory<EntitlementDbContext> contexts,
    Writer writer,
    HashQueue queue,
    PasswordHashing hashing,
    IOptions<SignInOptions> options,
    TimeProvider clock)
{
    /// <param name="email">In the one spelling that is compared.</param>
    /// <param name="address">Where the caller is.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task<Candidate> FindAsync(string email, AddressGroup address, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await db.EmailEntries
            .Where(entry => entry.Email == email)
            .Select(entry => (Guid?)entry.UserId)
            .SingleOrDefaultAsync(cancellationToken);
        return await DescribeAsync(db, person, person ?? SignInFailures.RowOf(email), address, cancellationToken);
    }

    /// <summary>Of somebody who is known already.</summary>
    public async Task<Candidate> FindAsync(Guid person, AddressGroup address, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await DescribeAsync(db, person, person, address, cancellationToken);
    }

    /// <param name="candidate">Who it is about.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="newPassword">What is to take its place, hashed in the same turn; null for none.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.SignInFailed"/>, <see cref="FailureReason.TooBusy"/>, or
    /// <see cref="FailureReason.InvalidArgument"/> for the new one, once the password has proved to be right.
    /// </exception>
    public Task<ProvenPassword> RequireAsync(
        Candidate candidate, TypedPassword password, TypedPassword? newPassword, CancellationToken cancellationToken) =>
        queue.RunAsync(
            new HashTurn(candidate.Address, candidate.Row, candidate.IsKnownPlace),
            async () =>
            {
                // Read now that it is one's turn: who was before may have failed.
                var (hash, isLocked) = await ReadAsync(candidate, cancellationToken);
                var verdict = hashing.Verify(hash, password.Text, password.Field);
                if (verdict == PasswordVerificationResult.Failed || isLocked)
                {
                    await CountAsync(candidate, cancellationToken);
                    throw Refusal.SignInFailed();
                }

                var rehash = verdict == PasswordVerificationResult.SuccessRehashNeeded ? Hash(password) : null;
                newPassword?.Require(options.Value.PasswordRule, candidate.Email);
                return new ProvenPassword(candidate.Person!.Value, hash!, rehash, newPassword is null ? null : Hash(newPassword));
            },
            cancellationToken);

    /// <summary>For a password that is set without the one before it.</summary>
    public Task<string> HashAsync(HashTurn turn, TypedPassword password, CancellationToken cancellationToken) =>
        queue.RunAsync(turn, () => Task.FromResult(Hash(password)), cancellationToken);

    private string Hash(TypedPassword password) => hashing.Hash(password.Text, password.Field);

    private async Task<Candidate> DescribeAsync(
        EntitlementDbContext db, Guid? person, Guid row, AddressGroup address, CancellationToken cancellationToken)
    {
        var origin = $"{address}";
        var oldest = clock.GetUtcNow() - options.Value.RememberPlaces;
        var isKnown = await db.Sessions.AnyAsync(
            session => session.UserId == row && session.Origin == origin && session.CreateTime > oldest, cancellationToken);
        var email = await db.Users
            .Where(user => user.Id == row)
            .Select(user => user.Email)
            .SingleOrDefaultAsync(cancellationToken);
        return new Candidate(person, row, email, address, isKnown);
    }

    private async Task<(string? Hash, bool IsLocked)> ReadAsync(Candidate candidate, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var hash = await db.PasswordCredentials
            .Where(credential => credential.UserId == candidate.Row)
            .Select(credential => credential.Hash)
            .SingleOrDefaultAsync(cancellationToken);
        var failures = await db.SignInFailures.SingleOrDefaultAsync(one => one.Id == candidate.Row, cancellationToken);
        return (hash, failures?.IsLocked(candidate.IsKnownPlace, clock.GetUtcNow()) == true);
    }

    private Task<bool> CountAsync(Candidate candidate, CancellationToken cancellationToken) => writer.RunAsync(
        async (db, token) =>
        {
            var failures = await db.SignInFailures.SingleOrDefaultAsync(one => one.Id == candidate.Row, token);
            if (failures is null)
            {
                failures = SignInFailures.None(candidate.Row);
                db.Add(failures);
            }

            failures.Add(candidate.IsKnownPlace, options.Value.LockRule, clock.GetUtcNow().ToWholeMilliseconds());
            return true;
        },
        cancellationToken);
}

/// <summary>Whom somebody claims to be.</summary>
/// <param name="Person">Null when nobody has the address; never told to the caller.</param>
/// <param name="Row">Where failures are counted.</param>
/// <param name="Email">The person's address; null for nobody.</param>
/// <param name="Address">Where the caller is.</param>
/// <param name="IsKnownPlace">Whether the person was signed in from there before.</param>
internal sealed record Candidate(Guid? Person, Guid Row, string? Email, AddressGroup Address, bool IsKnownPlace);

/// <summary>That somebody knows a person's password.</summary>
/// <param name="Person">Who.</param>
/// <param name="Hash">Of the password that proved to be right: another one that stands there by now was not proved.</param>
/// <param name="Rehash">The same with more rounds; null when it has enough.</param>
/// <param name="NewHash">Of the one that is to take its place; null for none.</param>
internal sealed record ProvenPassword(Guid Person, string Hash, string? Rehash, string? NewHash);

/// <summary>A password as it came in. It never shows in a log.</summary>
/// <param name="text">What was typed.</param>
/// <param name="field">The request field it came in.</param>
internal sealed class TypedPassword(string text, string field)
{
    public string Text { get; } = text;

    public string Field { get; } = field;

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>.</exception>
    public void Require(PasswordRule rule, string? email) => rule.Require(Text, email, Field);

    /// <summary>One that somebody has already, of which only the size is checked before it costs anything.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>.</exception>
    public static TypedPassword Parse(string text, string field) => text.Length == 0
        ? throw Refusal.InvalidArgument(field, "is required")
        : new TypedPassword(PasswordRule.Normalize(text, field), field);
}
