using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;
using Permission = Entitlement.V1.Permission;

namespace Entitlement.Server.Access;

/// <summary>Decides whether a caller may do something on a resource.</summary>
internal sealed class AccessDecider(
    CallerQuestions questions, AccessReader reader, AccessContactReader contacts, TimeProvider clock)
{
    /// <inheritdoc cref="HoldsAsync"/>
    /// <returns>Who calls; null for a caller about whom nothing is kept.</returns>
    /// <exception cref="EntitlementException">It may not.</exception>
    public async ValueTask<PrincipalSnapshot?> RequireAsync(
        Caller caller, Permission permission, string resource, CancellationToken cancellationToken)
    {
        if (caller is Caller.BootstrapAdministrator)
        {
            return null;
        }

        var decided = await DecideAsync(caller, permission, resource, cancellationToken);
        return decided.IsAllowed
            ? decided.Principal
            : throw await contacts.RefuseAsync(
                decided.Principal, Of(permission), resource, decided.Target, clock.GetUtcNow(), cancellationToken);
    }

    /// <summary>For what a call shows or leaves out, where a refusal would be too much.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="permission">What it must hold.</param>
    /// <param name="resource">Name of the resource on which it must be held; empty for the whole installation.</param>
    /// <param name="cancellationToken">Ends the look-ups that a decision needs.</param>
    public async ValueTask<bool> HoldsAsync(
        Caller caller, Permission permission, string resource, CancellationToken cancellationToken) =>
        caller is Caller.BootstrapAdministrator
        || (caller is not Caller.Anonymous && (await DecideAsync(caller, permission, resource, cancellationToken)).IsAllowed);

    /// <summary>What a caller may read of a kind of thing, for a list to show nothing else.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="permission">What it must hold on a thing.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    public async ValueTask<AccessReach> ReachAsync(Caller caller, Permission permission, CancellationToken cancellationToken)
    {
        if (caller is Caller.BootstrapAdministrator)
        {
            return AccessReach.All;
        }

        var principal = PrincipalOf(caller);
        var facts = await reader.ReadAllAsync(principal, [], cancellationToken);
        facts = await reader.ReadAllAsync(principal, [.. facts.Principal.AccountIds], cancellationToken);
        return AccessReach.Of(facts, Of(permission), clock.GetUtcNow());
    }

    /// <summary>What a caller holds in some accounts, and on what these hold.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="accounts">Which accounts.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    public async ValueTask<HeldAccess> HeldInAsync(
        Caller caller, IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken) => new(
            caller is Caller.BootstrapAdministrator
                ? null
                : await reader.ReadAllAsync(PrincipalOf(caller), accounts, cancellationToken),
            clock.GetUtcNow());

    private async ValueTask<Decided> DecideAsync(
        Caller caller, Permission permission, string resource, CancellationToken cancellationToken)
    {
        var principal = PrincipalOf(caller);
        if (!ResourcePath.TryReadTarget(resource, out var target))
        {
            if (!ResourcePath.TryParse(resource, out var path))
            {
                throw Refusal.InvalidArgument("name", "is no resource name, such as accounts/{account}/licenses/{license}");
            }

            if (path.UserId is { } person)
            {
                return await DecideAsync(caller, new PersonQuestion(principal, person, permission), cancellationToken);
            }

            target = AccessTarget.Of(path.Scopes);
        }

        var answered = await questions.AskAsync<TargetQuestion, AccessView>(
            caller, new TargetQuestion(principal, target), caller.Freshness, cancellationToken);
        var view = answered.Value;
        return new Decided(
            view.Principal, target, view.Decide(Of(permission), target, clock.GetUtcNow()).IsAllowed);
    }

    private async ValueTask<Decided> DecideAsync(
        Caller caller, PersonQuestion question, CancellationToken cancellationToken)
    {
        var (views, _) = await questions.AskAsync<PersonQuestion, (AccessView View, AccessTarget Target)[]>(
            caller, question, caller.Freshness, cancellationToken);
        var now = clock.GetUtcNow();
        var found = Array.FindIndex(
            views, one => one.View.Decide(Of(question.Permission), one.Target, now).IsAllowed);
        var (view, target) = views[Math.Max(found, 0)];
        return new Decided(view.Principal, target, found >= 0);
    }

    /// <summary>
    /// Each account sees who its members are; what a person is beyond that is for the account of somebody who has no other, and
    /// holds nothing on the whole system: an account's administrator must not become the system's by a new password.
    /// </summary>
    internal static AccessTarget[] TargetsOf(
        Guid person, IReadOnlyCollection<Guid> accounts, bool isOfSystem, Permission permission) =>
        permission is Permission.UserRead && accounts.Count > 0
            ? [.. accounts.Select(account => AccessTarget.Person(person, account))]
            : [AccessTarget.Person(person, accounts.Count == 1 && !isOfSystem ? accounts.Single() : null)];

    /// <exception cref="EntitlementException">Nobody in particular calls.</exception>
    public static Guid PrincipalOf(Caller caller) => caller switch
    {
        Caller.User user => user.Id,
        Caller.ServiceAccount account => account.Id,
        _ => throw CredentialRefusal.Missing(),
    };

    // The domain has the contract's numbers; a test holds them alike.
    private static Domain.Access.Permission Of(Permission permission) => (Domain.Access.Permission)(int)permission;

    private readonly record struct Decided(PrincipalSnapshot Principal, AccessTarget Target, bool IsAllowed);
}
