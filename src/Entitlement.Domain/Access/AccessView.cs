using System.Collections.Immutable;

namespace Entitlement.Domain.Access;

/// <summary>
/// What one decision about one principal rests on: snapshots that were true at one moment. It decides by them alone,
/// without I/O and without a clock. Deny is the default and there are no deny rules, so the order of the look-ups
/// changes nothing but which of several reasons is told.
/// </summary>
public sealed partial class AccessView
{
    /// <summary>Who acts, or is asked about.</summary>
    public required PrincipalSnapshot Principal { get; init; }

    public required RoleBook Roles { get; init; }

    /// <summary>What is assigned on the whole system.</summary>
    public required GrantIndex System { get; init; }

    /// <summary>
    /// An account and those above it, up to the top. Empty where nothing about an account is asked, or where there is
    /// no such account: then only what is held on the system counts.
    /// </summary>
    public ImmutableArray<AccountSnapshot> Accounts { get; init; } = [];

    /// <summary>Null where nothing about a product is asked.</summary>
    public ProductSnapshot? Product { get; init; }

    /// <summary>Allocates nothing.</summary>
    /// <param name="permission">What is to be done.</param>
    /// <param name="target">
    /// To what: the system, <see cref="Product"/>, one of <see cref="Accounts"/> or something in it.
    /// </param>
    /// <param name="now">The moment: a role is held until right before its end.</param>
    public AccessDecision Decide(Permission permission, in AccessTarget target, DateTimeOffset now)
    {
        if (!Principal.IsEnabled)
        {
            return new AccessDecision(AccessSource.SwitchedOff);
        }

        if (IsOwn(target) && BuiltInRoles.OwnPerson.Contains(permission))
        {
            return new AccessDecision(AccessSource.OwnPerson);
        }

        var walk = new ScopeWalk(this, target);
        while (walk.MoveNext())
        {
            if (TryFind(permission, walk.Grants, Principal.Id, walk.Scope.Id, now, out var grant))
            {
                return new AccessDecision(AccessSource.Assignment, grant);
            }

            foreach (var group in Principal.GroupIds)
            {
                if (TryFind(permission, walk.Grants, group, walk.Scope.Id, now, out grant))
                {
                    return new AccessDecision(AccessSource.Assignment, grant);
                }
            }
        }

        return GivenByPolicy(target).Contains(permission)
            ? new AccessDecision(AccessSource.Policy)
            : new AccessDecision(AccessSource.Nothing);
    }

    private bool TryFind(
        Permission permission, GrantIndex grants, Guid subject, Guid scope, DateTimeOffset now, out Grant found)
    {
        foreach (ref readonly var grant in grants.Find(subject, scope))
        {
            if (grant.IsHeld(now) && Roles.Find(grant.RoleId) is { } role && role.Permissions.Contains(permission))
            {
                found = grant;
                return true;
            }
        }

        found = default;
        return false;
    }

    private bool IsOwn(in AccessTarget target) =>
        target.PersonId == Principal.Id && Principal is { Kind: PrincipalKind.User };

    /// <summary>People alone are members; a service account has what it was given.</summary>
    private PermissionSet GivenByPolicy(in AccessTarget target) =>
        Principal.Kind == PrincipalKind.User
        && FindOwn(target) is { } account
        && Principal.AccountIds.Contains(account.Id)
            ? RoleBook.PermissionsOf(account.Policy, account.EverSupervised)
            : PermissionSet.Empty;

    /// <summary>The account that the target is or belongs to; never one above it.</summary>
    private AccountSnapshot? FindOwn(in AccessTarget target)
    {
        var index = IndexOf(target.AccountId);
        return index < Accounts.Length ? Accounts[index] : null;
    }

    /// <returns>The number of accounts when it is not among them.</returns>
    private int IndexOf(Guid account)
    {
        var index = 0;
        while (index < Accounts.Length && Accounts[index].Id != account)
        {
            index++;
        }

        return account == Guid.Empty ? Accounts.Length : index;
    }

    /// <summary>
    /// The scopes on which a role reaches the target, the nearest first, each with what is assigned on it.
    /// </summary>
    private struct ScopeWalk
    {
        private readonly AccessView _view;
        private readonly AccessTarget _target;
        private readonly int _own;
        private int _inner = -1;
        private int _account;
        private bool _product;
        private bool _system;

        public ScopeWalk(AccessView view, in AccessTarget target)
        {
            _view = view;
            _target = target;
            _own = view.IndexOf(target.AccountId);
            _account = _own - 1;
            _product = target.Kind == ScopeKind.Product && view.Product?.Id == target.ProductId;
            _system = true;
        }

        public Scope Scope { get; private set; }

        public GrantIndex Grants { get; private set; } = GrantIndex.Empty;

        public bool MoveNext()
        {
            if (_own < _view.Accounts.Length && ++_inner < _target.InnerCount)
            {
                return Stand(_target.Inner(_inner), _view.Accounts[_own].Grants);
            }

            if (++_account < _view.Accounts.Length)
            {
                var account = _view.Accounts[_account];
                return Stand(new Scope(ScopeKind.Account, account.Id), account.Grants);
            }

            if (_product)
            {
                _product = false;
                return Stand(new Scope(ScopeKind.Product, _target.ProductId), _view.Product!.Grants);
            }

            var atSystem = _system;
            _system = false;
            return atSystem && Stand(Access.Scope.System, _view.System);
        }

        private bool Stand(Scope scope, GrantIndex grants)
        {
            Scope = scope;
            Grants = grants;
            return true;
        }
    }
}
