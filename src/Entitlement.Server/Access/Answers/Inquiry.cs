using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Permission = Entitlement.Domain.Access.Permission;
using UserScope = Entitlement.Domain.People.UserScope;

namespace Entitlement.Server.Access.Answers;

/// <summary>A resource that somebody asks about.</summary>
/// <param name="Field">The request field that names it, for a refusal.</param>
/// <param name="Name">As the caller named it.</param>
internal sealed record AskedResource(string Field, string Name);

/// <summary>
/// Reads what answers about a principal rest on, for whoever may ask: everybody about themselves, about others only who
/// holds <c>access.read</c> on the resource.
/// </summary>
internal sealed class Inquiry(
    AccessReader reader, AccessDecider decider, IDbContextFactory<EntitlementDbContext> contexts, TimeProvider clock)
{
    private const int MaxAttempts = 10;

    /// <exception cref="EntitlementException">The caller may not ask, or asks for something that is none.</exception>
    public async Task<Answer> AskAsync(
        ServerCallContext call, string principal, IReadOnlyList<AskedResource> resources, Consistency? consistency)
    {
        var caller = call.GetCaller();
        var paths = resources.Select(Parse).ToList();
        var asked = principal.Length == 0
            ? PrincipalOf(caller) ?? throw Refusal.InvalidArgument("principal", "is required: this key is nobody's")
            : PrincipalId(principal, "principal");
        var asker = PrincipalOf(caller) is { } id
            ? await ReadAsync(id, resources, paths, call.CancellationToken)
            : null;
        if (asker is not null && asker.Facts.Principal.Id != asked)
        {
            await RequireMayAskAsync(caller, asker, resources, call.CancellationToken);
        }

        var answer = asker?.Facts.Principal.Id == asked
            ? asker
            : await ReadAsync(asked, resources, paths, call.CancellationToken);
        if (consistency is { ModeCase: Consistency.ModeOneofCase.AtLeastAsFresh })
        {
            Messages.ReadToken(consistency.AtLeastAsFresh, answer.Facts.Version, "consistency.at_least_as_fresh");
        }

        return answer with { Asker = asker };
    }

    /// <summary>Which user or service account a name means; whether there is one is another question.</summary>
    public static Guid PrincipalId(string name, string field) => name.StartsWith("users/", StringComparison.Ordinal)
        ? UserName.Parse(name, field).UserId
        : ServiceAccountName.Parse(name, field).ServiceAccountId;

    /// <returns>Null for the owner of the machine, about whom nothing is kept.</returns>
    private static Guid? PrincipalOf(Caller caller) => caller switch
    {
        Caller.User user => user.Id,
        Caller.ServiceAccount account => account.Id,
        Caller.BootstrapAdministrator => null,
        _ => throw CredentialRefusal.Missing(),
    };

    private async Task RequireMayAskAsync(
        Caller caller, Answer asker, IReadOnlyList<AskedResource> resources, CancellationToken cancellationToken)
    {
        for (var i = 0; i < resources.Count; i++)
        {
            if (!asker.IsAllowed(i, Permission.AccessRead, clock.GetUtcNow()))
            {
                // It decides anew, and knows what a refusal may say.
                await decider.RequireAsync(caller, V1.Permission.AccessRead, resources[i].Name, cancellationToken);
            }
        }
    }

    private static ResourcePath Parse(AskedResource resource) => ResourcePath.TryParse(resource.Name, out var path)
        ? path
        : throw Refusal.InvalidArgument(
            resource.Field, "must be a resource name, such as accounts/{account}/licenses/{license}, or empty");

    /// <summary>All at one version of the clock, so that all answers are true at the same moment.</summary>
    private async Task<Answer> ReadAsync(
        Guid principal,
        IReadOnlyList<AskedResource> resources,
        IReadOnlyList<ResourcePath> paths,
        CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var people = paths.Where(path => path.UserId is not null).Select(path => path.UserId ?? Guid.Empty).ToHashSet();
        var scopes = paths.SelectMany(path => path.Scopes).Select(scope => scope.Id).ToHashSet();
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var version = people.Count == 0 ? 0 : await db.ReadVersionAsync(cancellationToken);
            var memberships = people.Count == 0
                ? []
                : await db.Memberships
                    .Where(one => people.Contains(one.UserId))
                    .Select(one => new { one.UserId, one.AccountId })
                    .ToListAsync(cancellationToken);
            var ofSystem = people.Count == 0
                ? []
                : await db.Users
                    .Where(one => people.Contains(one.Id) && one.Scope == UserScope.System)
                    .Select(one => one.Id)
                    .ToListAsync(cancellationToken);
            var accountsOf = memberships.ToLookup(one => one.UserId, one => one.AccountId);
            var accounts = paths.Select(path => path.AccountId ?? Guid.Empty)
                .Concat(memberships.Select(one => one.AccountId))
                .Where(account => account != Guid.Empty)
                .ToHashSet();
            var facts = await reader.ReadAsync(principal, accounts, scopes, cancellationToken);
            if (people.Count == 0 || facts.Version == version)
            {
                return new Answer(facts, resources, paths, accountsOf, ofSystem);
            }
        }

        throw Refusal.StorageUnavailable();
    }
}

/// <summary>What is known about one principal and the resources that were asked about.</summary>
/// <param name="Facts">About the principal.</param>
/// <param name="Resources">As they were named.</param>
/// <param name="Paths">The same, understood.</param>
/// <param name="AccountsOf">The accounts of each person among them.</param>
/// <param name="PeopleOfSystem">Which of these may hold roles on the whole system.</param>
internal sealed record Answer(
    AccessFacts Facts,
    IReadOnlyList<AskedResource> Resources,
    IReadOnlyList<ResourcePath> Paths,
    ILookup<Guid, Guid> AccountsOf,
    IReadOnlyCollection<Guid> PeopleOfSystem)
{
    /// <summary>What is known about who asks; null for a caller about whom nothing is kept.</summary>
    public Answer? Asker { get; init; }

    public string Token => Messages.ToToken(Facts.Version);

    /// <summary>Whether the principal asks about itself.</summary>
    public bool IsOwn => Asker?.Facts.Principal.Id == Facts.Principal.Id;

    /// <summary>Whether the principal may do it to a resource, by its place.</summary>
    public bool IsAllowed(int resource, Permission permission, DateTimeOffset now) =>
        Views(resource, permission).Any(one => one.View.Decide(permission, one.Target, now).IsAllowed);

    public PermissionSet PermissionsOn(int resource, DateTimeOffset now) => Views(resource)
        .Aggregate(PermissionSet.Empty, (set, one) => set | one.View.PermissionsOn(one.Target, now))
        | Views(resource, Permission.UserRead)
            .Where(one => one.View.Decide(Permission.UserRead, one.Target, now).IsAllowed)
            .Aggregate(PermissionSet.Empty, (set, _) => set | PermissionSet.Of(Permission.UserRead));

    /// <summary>
    /// What decides about a resource: one target, but for a person who is seen by each of several accounts.
    /// </summary>
    public IEnumerable<(AccessView View, AccessTarget Target)> Views(
        int resource, Permission permission = Permission.None)
    {
        var path = Paths[resource];
        var targets = path.UserId is { } person
            ? AccessDecider.TargetsOf(
                person, [.. AccountsOf[person]], PeopleOfSystem.Contains(person), permission.ToMessage())
            : new[] { AccessTarget.Of(path.Scopes) };
        return targets.Select(target => (Facts.ViewOf(target), target));
    }
}
