using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Entitlement.Domain.Access;

namespace Entitlement.Server.Access.Cache;

/// <summary>What is there of a credential, and who holds it?</summary>
/// <param name="Id">The id in its token.</param>
internal readonly record struct CredentialQuestion(Guid Id) : IAccessQuestion<FoundCredential>
{
    public bool TryAnswer(ref SnapshotReader reader, out FoundCredential answer)
    {
        answer = default;
        if (reader.Find<CredentialCopy>(new SnapshotKey(SnapshotKind.Credential, Id)) is not { } copy)
        {
            return false;
        }

        if (copy.Credential is not { } credential)
        {
            return true;
        }

        var holder = reader.Find<PrincipalCopy>(new SnapshotKey(SnapshotKind.Principal, credential.PrincipalId));
        answer = new FoundCredential(copy, holder?.Principal);
        return holder is not null;
    }
}

/// <param name="Copy">The credential; null where there is none.</param>
/// <param name="Holder">Whose it is; null where there is none.</param>
internal readonly record struct FoundCredential(CredentialCopy? Copy, PrincipalSnapshot? Holder);

/// <summary>What is known of a user or service account?</summary>
/// <param name="Id">Which one.</param>
internal readonly record struct PrincipalQuestion(Guid Id) : IAccessQuestion<PrincipalSnapshot>
{
    public bool TryAnswer(ref SnapshotReader reader, out PrincipalSnapshot answer)
    {
        answer = reader.Find<PrincipalCopy>(new SnapshotKey(SnapshotKind.Principal, Id))?.Principal!;
        return answer is not null;
    }
}

/// <summary>What does a decision of one principal about one thing rest on?</summary>
/// <param name="Principal">Who.</param>
/// <param name="Target">To what.</param>
internal readonly record struct TargetQuestion(Guid Principal, AccessTarget Target) : IAccessQuestion<AccessView>
{
    [SuppressMessage("Style", "IDE0046", Justification = "One condition of six parts reads worse.")]
    public bool TryAnswer(ref SnapshotReader reader, out AccessView answer)
    {
        answer = null!;
        var who = reader.Find<PrincipalCopy>(new SnapshotKey(SnapshotKind.Principal, Principal))?.Principal;
        var roles = reader.Find<RolesCopy>(SnapshotKey.Roles);
        var system = reader.FindGrants(SnapshotKey.System, who);
        var line = Target.AccountId == Guid.Empty ? [] : reader.FindLine(Target.AccountId, who);
        var product = Target.Kind == ScopeKind.Product
            ? reader.FindGrants(new SnapshotKey(SnapshotKind.Product, Target.ProductId), who)
            : GrantIndex.Empty;
        if (who is null || roles is null || system is null || line is null || product is null)
        {
            return false;
        }

        answer = new AccessView
        {
            Principal = who,
            Roles = roles.Roles,
            System = system,
            Accounts = ImmutableCollectionsMarshal.AsImmutableArray(line),
            Product = Target.Kind == ScopeKind.Product ? new ProductSnapshot(Target.ProductId, product) : null,
        };
        return true;
    }
}

/// <summary>The same about several things.</summary>
/// <param name="Principal">Who.</param>
/// <param name="Targets">To what.</param>
internal readonly record struct TargetsQuestion(Guid Principal, AccessTarget[] Targets) : IAccessQuestion<AccessView[]>
{
    public bool TryAnswer(ref SnapshotReader reader, out AccessView[] answer)
    {
        answer = new AccessView[Targets.Length];
        var isWhole = true;
        for (var i = 0; i < Targets.Length; i++)
        {
            isWhole &= new TargetQuestion(Principal, Targets[i]).TryAnswer(ref reader, out answer[i]);
        }

        return isWhole;
    }
}

/// <summary>The same about a person, who is seen by each of several accounts, or by the system.</summary>
/// <param name="Principal">Who.</param>
/// <param name="Person">To whom.</param>
/// <param name="Permission">What is to be done.</param>
internal readonly record struct PersonQuestion(Guid Principal, Guid Person, V1.Permission Permission)
    : IAccessQuestion<(AccessView View, AccessTarget Target)[]>
{
    public bool TryAnswer(ref SnapshotReader reader, out (AccessView View, AccessTarget Target)[] answer)
    {
        answer = [];
        if (reader.Find<PrincipalCopy>(new SnapshotKey(SnapshotKind.Principal, Person)) is not { } copy)
        {
            return false;
        }

        var person = PersonFacts.Of(copy.Principal);
        var targets = AccessDecider.TargetsOf(Person, person.Accounts, person.IsOfSystem, Permission);
        var isWhole = new TargetsQuestion(Principal, targets).TryAnswer(ref reader, out var views);
        answer = [.. views.Zip(targets)];
        return isWhole;
    }
}

/// <summary>Two questions whose answers are true at one moment.</summary>
/// <param name="First">Null for none.</param>
/// <param name="Second">The other.</param>
internal readonly record struct BothQuestion<TQuestion, T>(TQuestion? First, TQuestion Second)
    : IAccessQuestion<(T? First, T Second)>
    where TQuestion : struct, IAccessQuestion<T>
    where T : class
{
    public bool TryAnswer(ref SnapshotReader reader, out (T? First, T Second) answer)
    {
        T? first = null;
        var isWhole = First is not { } question || question.TryAnswer(ref reader, out first);
        isWhole &= Second.TryAnswer(ref reader, out var second);
        answer = (first, second);
        return isWhole;
    }
}
