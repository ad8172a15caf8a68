using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access.Cache;
using Entitlement.V1;
using Grpc.Core;
using Permission = Entitlement.Domain.Access.Permission;

namespace Entitlement.Server.Access.Answers;

/// <summary>A resource that somebody asks about.</summary>
/// <param name="Field">The request field that names it, for a refusal.</param>
/// <param name="Name">As the caller named it.</param>
internal readonly record struct AskedResource(string Field, string Name);

/// <summary>
/// Finds what answers about a principal rest on, for whoever may ask: everybody about themselves, about others only who holds
/// <c>access.read</c> on the resource. The right to ask and the answer are true at the same moment.
/// </summary>
internal sealed class Inquiry(CallerQuestions questions, AccessDecider decider, TimeProvider clock)
{
    /// <summary>Whether a principal may do each of some things, one to each of as many resources.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public async ValueTask<Answered<bool[]>> CheckAsync(
        ServerCallContext call,
        string principal,
        AskedResource[] resources,
        Permission[] permissions,
        Consistency? consistency)
    {
        var allowed = new bool[resources.Length];
        var targets = new AccessTarget[resources.Length];
        if (!TryReadTargets(resources, targets))
        {
            var answer = await AskAsync(call, principal, resources, consistency);
            for (var i = 0; i < allowed.Length; i++)
            {
                allowed[i] = answer.IsAllowed(i, permissions[i], clock.GetUtcNow());
            }

            return new Answered<bool[]>(allowed, answer.Version);
        }

        var caller = call.GetCaller();
        var (asker, asked) = PrincipalsOf(caller, principal);
        var ((askerViews, askedViews), version) =
            await questions.AskAsync<BothQuestion<TargetsQuestion, AccessView[]>, (AccessView[]?, AccessView[])>(
                caller,
                new BothQuestion<TargetsQuestion, AccessView[]>(
                    asker is { } other && other != asked ? new TargetsQuestion(other, targets) : null,
                    new TargetsQuestion(asked, targets)),
                FreshnessOf(caller, consistency),
                call.CancellationToken);
        var now = clock.GetUtcNow();
        for (var i = 0; i < allowed.Length; i++)
        {
            if (askerViews is not null && !askerViews[i].Decide(Permission.AccessRead, targets[i], now).IsAllowed)
            {
                // It decides anew, and knows what a refusal may say.
                await decider.RequireAsync(caller, V1.Permission.AccessRead, resources[i].Name, call.CancellationToken);
            }

            allowed[i] = askedViews[i].Decide(permissions[i], targets[i], now).IsAllowed;
        }

        return new Answered<bool[]>(allowed, version);
    }

    /// <exception cref="EntitlementException">The caller may not ask, or asks for something that is none.</exception>
    public async Task<Answer> AskAsync(
        ServerCallContext call, string principal, IReadOnlyList<AskedResource> resources, Consistency? consistency)
    {
        var caller = call.GetCaller();
        var paths = resources.Select(Parse).ToList();
        var (asker, asked) = PrincipalsOf(caller, principal);
        var ((askerFacts, askedFacts), version) =
            await questions.AskAsync<BothQuestion<FactsQuestion, KnownFacts>, (KnownFacts?, KnownFacts)>(
                caller,
                new BothQuestion<FactsQuestion, KnownFacts>(
                    asker is { } other && other != asked ? new FactsQuestion(other, paths) : null,
                    new FactsQuestion(asked, paths)),
                FreshnessOf(caller, consistency),
                call.CancellationToken);
        var answer = new Answer(version, askedFacts, resources, paths);
        if (askerFacts is null)
        {
            return asker is null ? answer : answer with { Asker = answer };
        }

        var known = new Answer(version, askerFacts, resources, paths);
        await RequireMayAskAsync(caller, known, call.CancellationToken);
        return answer with { Asker = known };
    }

    /// <summary>Which user or service account a name means; whether there is one is another question.</summary>
    public static Guid PrincipalId(string name, string field) => name.StartsWith("users/", StringComparison.Ordinal)
        ? UserName.Parse(name, field).UserId
        : ServiceAccountName.Parse(name, field).ServiceAccountId;

    /// <returns>Who asks, null for the owner of the machine, about whom nothing is kept; and who is asked about.</returns>
    private static (Guid? Asker, Guid Asked) PrincipalsOf(Caller caller, string principal)
    {
        var asker = caller is Caller.BootstrapAdministrator ? (Guid?)null : AccessDecider.PrincipalOf(caller);
        return (asker, principal.Length > 0
            ? PrincipalId(principal, "principal")
            : asker ?? throw Refusal.InvalidArgument("principal", "is required: this key is nobody's"));
    }

    private Freshness FreshnessOf(Caller caller, Consistency? consistency) => consistency?.ModeCase switch
    {
        Consistency.ModeOneofCase.AtLeastAsFresh => caller.Freshness.And(
            ConsistencyToken.Parse(consistency.AtLeastAsFresh, "consistency.at_least_as_fresh")),
        Consistency.ModeOneofCase.FullyConsistent when consistency.FullyConsistent =>
            caller.Freshness.And(questions.FromNowOn()),
        _ => caller.Freshness,
    };

    /// <returns>Whether each resource is one target, which a person is not.</returns>
    private static bool TryReadTargets(AskedResource[] resources, AccessTarget[] targets)
    {
        for (var i = 0; i < resources.Length; i++)
        {
            if (ResourcePath.TryReadTarget(resources[i].Name, out targets[i]))
            {
                continue;
            }

            var path = Parse(resources[i]);
            if (path.UserId is not null)
            {
                return false;
            }

            targets[i] = AccessTarget.Of(path.Scopes);
        }

        return true;
    }

    private async Task RequireMayAskAsync(Caller caller, Answer asker, CancellationToken cancellationToken)
    {
        for (var i = 0; i < asker.Resources.Count; i++)
        {
            if (!asker.IsAllowed(i, Permission.AccessRead, clock.GetUtcNow()))
            {
                // It decides anew, and knows what a refusal may say.
                await decider.RequireAsync(
                    caller, V1.Permission.AccessRead, asker.Resources[i].Name, cancellationToken);
            }
        }
    }

    private static ResourcePath Parse(AskedResource resource) => ResourcePath.TryParse(resource.Name, out var path)
        ? path
        : throw Refusal.InvalidArgument(
            resource.Field, "must be a resource name, such as accounts/{account}/licenses/{license}, or empty");
}
