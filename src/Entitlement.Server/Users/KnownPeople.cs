using Entitlement.Domain.Errors;
using Entitlement.Domain.People;
using Entitlement.Storage;
using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>What stands already of the people whom a call wants to add.</summary>
internal sealed class KnownPeople
{
    private readonly WantedUsers _wanted;
    private readonly Dictionary<string, Guid> _byEmail;
    private readonly Dictionary<string, Guid> _byReference;
    private readonly HashSet<Guid> _ofHere;
    private readonly Dictionary<Guid, Invitation> _invitations;

    private KnownPeople(
        WantedUsers wanted,
        Dictionary<string, Guid> byEmail,
        Dictionary<string, Guid> byReference,
        HashSet<Guid> ofHere,
        Dictionary<Guid, Invitation> invitations)
    {
        _wanted = wanted;
        _byEmail = byEmail;
        _byReference = byReference;
        _ofHere = ofHere;
        _invitations = invitations;
    }

    public static async Task<KnownPeople> LoadAsync(
        EntitlementDbContext db, WantedUsers wanted, CancellationToken cancellationToken)
    {
        var users = wanted.Users.Select(one => one.User).OfType<NewUser>().ToList();
        var emails = users.Select(user => user.Email).ToList();
        var references = users.Select(user => user.ExternalRef).OfType<string>().ToList();
        var byEmail = await db.EmailEntries
            .Where(entry => emails.Contains(entry.Email))
            .ToDictionaryAsync(entry => entry.Email, entry => entry.UserId, StringComparer.Ordinal, cancellationToken);
        var byReference = await db.ExternalRefEntries
            .Where(entry => entry.Kind == ExternalRefKind.User && references.Contains(entry.Value))
            .ToDictionaryAsync(entry => entry.Value, entry => entry.ResourceId, StringComparer.Ordinal, cancellationToken);
        var ids = byEmail.Values.Concat(byReference.Values).Distinct().ToList();
        return new KnownPeople(
            wanted,
            byEmail,
            byReference,
            await FindOfHereAsync(db, wanted, ids, cancellationToken),
            wanted.Account is not { } account ? [] : await db.Invitations
                .Where(row => row.OwnerId == account.AccountId && ids.Contains(row.UserId))
                .ToDictionaryAsync(row => row.UserId, cancellationToken));
    }

    /// <summary>The person who is here already by the reference or the address; null when nobody is.</summary>
    public Guid? FindHere(NewUser user) =>
        (FindByReference(user) ?? FindByEmail(user)) is { } id && _ofHere.Contains(id) ? id : null;

    /// <summary>Who has the address, and is not here.</summary>
    public Guid? FindElsewhere(NewUser user) => FindByEmail(user) is { } id && !_ofHere.Contains(id) ? id : null;

    /// <summary>All who have one of the addresses, and are not here.</summary>
    public IReadOnlyCollection<Guid> ListElsewhere() => [.. _byEmail.Values.Where(id => !_ofHere.Contains(id))];

    /// <summary>The invitation of the person, also one that was not answered in time; null for none.</summary>
    public Invitation? FindInvitation(Guid person) => _invitations.GetValueOrDefault(person);

    /// <exception cref="EntitlementException">The reference or the address is somebody's who can't be had here.</exception>
    public void RequireFree(WantedUser one)
    {
        var user = one.User!;
        if (FindByReference(user) is { } id && !_ofHere.Contains(id))
        {
            throw Refusal.ExternalRefTaken(user.ExternalRef!);
        }

        if (_wanted.Account is null && FindElsewhere(user) is not null)
        {
            throw Refusal.EmailTaken($"{one.Field}.email");
        }
    }

    private Guid? FindByEmail(NewUser user) => _byEmail.TryGetValue(user.Email, out var id) ? id : null;

    private Guid? FindByReference(NewUser user) =>
        user.ExternalRef is { } own && _byReference.TryGetValue(own, out var id) ? id : null;

    private static async Task<HashSet<Guid>> FindOfHereAsync(
        EntitlementDbContext db, WantedUsers wanted, List<Guid> ids, CancellationToken cancellationToken) =>
        wanted.Account is { } account
            ? await db.Memberships
                .Where(row => row.AccountId == account.AccountId && ids.Contains(row.UserId))
                .Select(row => row.UserId)
                .ToHashSetAsync(cancellationToken)
            : await db.Users
                .Where(user => user.Scope == UserScope.System && ids.Contains(user.Id))
                .Select(user => user.Id)
                .ToHashSetAsync(cancellationToken);
}
