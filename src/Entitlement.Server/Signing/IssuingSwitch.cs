using System.Text.Json.Serialization;
using Entitlement.Domain.Signing;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Signing;

/// <summary>Halts and resumes the issuing of license files. What obeys it is <see cref="Seats.TakeToIssueAsync"/>.</summary>
internal static class IssuingSwitch
{
    private const string Resource = "issuing";

    /// <summary>Halted already, it stays as it is: the first reason is the one that counts.</summary>
    public static async Task<Outcome> HaltAsync(this Change change, string reason, CancellationToken cancellationToken)
    {
        if (await change.Db.IssuingStops.AnyAsync(stop => stop.Scope == IssuingStop.Everything, cancellationToken))
        {
            return new Outcome(Resource, Existed: true);
        }

        change.Db.IssuingStops.Add(IssuingStop.Halt(change.Actor, reason, change.Now));
        change.Audit(account: null, "issuing.halt", Resource, reason: reason);
        return new Outcome(Resource, Existed: false);
    }

    public static async Task<Outcome> ResumeAsync(this Change change, string reason, CancellationToken cancellationToken)
    {
        var ended = await change.Db.IssuingStops
            .Where(stop => stop.Scope == IssuingStop.Everything)
            .ExecuteDeleteAsync(cancellationToken);
        if (ended > 0)
        {
            change.Audit(account: null, "issuing.resume", Resource, reason: reason);
        }

        return new Outcome(Resource, Existed: ended == 0);
    }
}

/// <summary>What the audit trail keeps of a list of revoked signing keys.</summary>
/// <param name="Added">The keys that the list before did not revoke.</param>
internal sealed record KeysRevoked(IReadOnlyList<string> Added);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KeysRevoked))]
internal sealed partial class SigningJson : JsonSerializerContext;
