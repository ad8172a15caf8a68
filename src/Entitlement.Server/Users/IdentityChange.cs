using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Idempotency;
using Entitlement.Server.SignIn;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>A subject of the issuer that is to be a person here, or no more.</summary>
/// <param name="Name">The person.</param>
/// <param name="Issuer">Who knows the subject.</param>
/// <param name="Subject">As the issuer calls it; empty where it is to be unlinked, whichever it is.</param>
internal sealed record IdentityChange(UserName Name, string Issuer, string Subject)
{
    /// <param name="request">What was sent.</param>
    /// <param name="options">The issuer whose tokens are taken.</param>
    /// <exception cref="EntitlementException">The request breaks a rule that needs no person to be told.</exception>
    public static IdentityChange Parse(V1.LinkIdentityRequest request, OpenIdConnectOptions options) => new(
        UserName.Parse(request.Name, "name"),
        ParseIssuer(request.Issuer, options),
        ExternalIdentity.IsSubject(request.Subject)
            ? request.Subject
            : throw Refusal.InvalidArgument("subject", $"must be 1 to {ExternalIdentity.MaxSubjectLength} printable ASCII characters"));

    /// <inheritdoc cref="Parse(V1.LinkIdentityRequest, OpenIdConnectOptions)"/>
    public static IdentityChange Parse(V1.UnlinkIdentityRequest request, OpenIdConnectOptions options) => new(
        UserName.Parse(request.Name, "name"),
        request.Issuer.Length > 0 ? request.Issuer : ParseIssuer("", options),
        Subject: "");

    /// <param name="change">The change.</param>
    /// <param name="administeredBy">By whom the person was found to be administered as the caller was judged.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <exception cref="EntitlementException">There is no such person, or one of the two is linked otherwise.</exception>
    public async Task<Outcome> LinkAsync(Change change, Administration administeredBy, CancellationToken cancellationToken)
    {
        await RequirePersonAsync(change, administeredBy, cancellationToken);
        var standing = await change.Db.ExternalIdentities
            .Where(one => one.Issuer == Issuer && (one.Subject == Subject || one.UserId == Name.UserId))
            .ToListAsync(cancellationToken);
        if (standing.Find(one => one.Subject == Subject) is { } same)
        {
            return same.UserId == Name.UserId ? new Outcome($"{Name}", Existed: true) : throw Refusal.IdentityTaken();
        }

        if (standing.Count > 0)
        {
            throw Refusal.IdentityLinked(Name, Issuer);
        }

        change.Db.Add(ExternalIdentity.Link(Issuer, Subject, Name.UserId, change.Now));
        return Note("identity.link", change, administeredBy);
    }

    /// <inheritdoc cref="LinkAsync"/>
    public async Task<Outcome> UnlinkAsync(Change change, Administration administeredBy, CancellationToken cancellationToken)
    {
        await RequirePersonAsync(change, administeredBy, cancellationToken);
        var standing = await change.Db.ExternalIdentities.SingleOrDefaultAsync(
            one => one.Issuer == Issuer && one.UserId == Name.UserId, cancellationToken);
        if (standing is null)
        {
            return new Outcome($"{Name}", Existed: true);
        }

        change.Db.Remove(standing);
        return Note("identity.unlink", change, administeredBy);
    }

    private static string ParseIssuer(string issuer, OpenIdConnectOptions options) => options.Issuer switch
    {
        { Length: > 0 } own when issuer.Length == 0 || issuer == own => own,
        { Length: > 0 } own => throw Refusal.InvalidArgument("issuer", $"must be {own}, whose tokens this service takes, or empty"),
        _ => throw Refusal.InvalidArgument("issuer", "can't be linked: this service takes no tokens of an OpenID Connect issuer"),
    };

    private async Task RequirePersonAsync(Change change, Administration administeredBy, CancellationToken cancellationToken)
    {
        // First, because a membership that begins meanwhile would change who may do this.
        await change.Db.LockAccessAsync(cancellationToken);
        if (!await change.Db.Users.AnyAsync(user => user.Id == Name.UserId && user.EraseTime == null, cancellationToken))
        {
            throw Refusal.NotFound($"{Name}");
        }

        if (await Administration.FindAsync(change.Db, Name, cancellationToken) != administeredBy)
        {
            throw Refusal.ConcurrentChange();
        }
    }

    /// <summary>The record names the person alone: what an issuer calls somebody is not to stay for ever.</summary>
    private Outcome Note(string action, Change change, Administration administeredBy)
    {
        change.Touch(AccessThing.Principal, Name.UserId);
        change.Audit(administeredBy.AccountId, action, $"{Name}");
        return new Outcome($"{Name}", Existed: false);
    }
}
