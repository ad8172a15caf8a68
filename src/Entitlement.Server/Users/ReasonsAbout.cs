using Entitlement.Domain.People;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>
/// The reasons in the audit trail that a person gave, that were given for what was done to the person, and that name the person.
/// The trail seals a commitment in their place, so it is as verifiable without them.
/// </summary>
internal sealed class ReasonsAbout
{
    private readonly string _person;
    private readonly string _ofMember;
    private readonly string _fullName;
    private readonly string _email;

    public ReasonsAbout(User person)
    {
        _person = $"{person.Name}";
        _ofMember = $"/members/{person.Id}";
        _fullName = person.DisplayName;
        _email = person.Email ?? "";
    }

    /// <summary>Whether a text holds the full name or the address, as words of their own.</summary>
    public bool Name(string text) => Holds(text, _fullName) || Holds(text, _email);

    /// <returns>How many records lost their reason.</returns>
    public async Task<int> EraseAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        await foreach (var record in db.AuditRecords
            .AsNoTracking()
            .Where(record => record.Reason != null)
            .Select(record => new { record.Id, record.Actor, record.Resource, record.Reason })
            .AsAsyncEnumerable()
            .WithCancellation(cancellationToken))
        {
            if (record.Actor == _person || IsAbout(record.Resource) || Name(record.Reason!))
            {
                ids.Add(record.Id);
            }
        }

        var erased = 0;
        foreach (var part in ids.Chunk(500))
        {
            erased += await db.AuditRecords
                .Where(record => record.Reason != null && part.Contains(record.Id))
                .ExecuteUpdateAsync(
                    row => row
                        .SetProperty(record => record.Reason, (string?)null)
                        .SetProperty(record => record.ReasonSalt, (byte[]?)null),
                    cancellationToken);
        }

        return erased;
    }

    private bool IsAbout(string resource) =>
        resource == _person
        || resource.EndsWith(_ofMember, StringComparison.Ordinal);

    private static bool Holds(string text, string words)
    {
        if (words.Length == 0)
        {
            return false;
        }

        for (var at = 0; (at = text.IndexOf(words, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var (before, after) = (at - 1, at + words.Length);
            if ((before < 0 || !char.IsLetterOrDigit(text[before])) && (after == text.Length || !char.IsLetterOrDigit(text[after])))
            {
                return true;
            }
        }

        return false;
    }
}
