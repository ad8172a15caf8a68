using System.Security.Cryptography;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Idempotency;
using Entitlement.Storage.Writing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Idempotency;

/// <summary>Makes changes, each in one transaction; one that carries a <c>request_id</c> takes effect once, however often it is sent.</summary>
internal sealed class OnceWriter(Writer writer, IOptions<IdempotencyOptions> options, TimeProvider clock)
{
    private const string Field = "request_id";

    /// <param name="call">Whose caller and method the <c>request_id</c> belongs to.</param>
    /// <param name="request">The whole request: the same id with anything else in it is refused.</param>
    /// <param name="requestId">Its <c>request_id</c>; empty for none.</param>
    /// <param name="change">
    /// Makes the change; see <see cref="Writer.RunAsync"/>. It is not run when the same call took effect before, so whatever
    /// depends on the time is to be checked in it and not before: a call must not be refused because it is repeated later.
    /// </param>
    /// <returns>The outcome; of a call that took effect before, the resource of that time.</returns>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InvalidArgument"/> (not a UUID), <see cref="FailureReason.RequestIdReused"/>, or what
    /// <paramref name="change"/> refuses.
    /// </exception>
    public Task<Outcome> RunAsync(
        ServerCallContext call,
        IMessage request,
        string requestId,
        Func<Change, CancellationToken, Task<Outcome>> change)
    {
        var actor = call.GetCaller().Actor;
        if (requestId.Length == 0)
        {
            return RunAsync(actor, change, call.CancellationToken);
        }

        return Guid.TryParseExact(requestId, "D", out var id)
            ? RunAsync(new Once(actor, call.Method, id, SHA256.HashData(request.ToByteArray())), change, call.CancellationToken)
            : throw Refusal.InvalidArgument(Field, "must be a UUID, such as 3f1c9a52-7b1e-4c58-9d4e-0a6b2f8e1d37");
    }

    /// <summary>Makes a change that takes effect once by its own nature.</summary>
    public Task<Outcome> RunAsync(
        string actor, Func<Change, CancellationToken, Task<Outcome>> change, CancellationToken cancellationToken) =>
        writer.RunAsync((db, token) => DecideAsync(new Change(db, actor, Now()), change, token), cancellationToken);

    public Task<Outcome> RunAsync(
        Once once, Func<Change, CancellationToken, Task<Outcome>> change, CancellationToken cancellationToken) =>
        writer.RunAsync((db, token) => RunOnceAsync(db, once, change, token), cancellationToken);

    private async Task<Outcome> RunOnceAsync(
        EntitlementDbContext db, Once once, Func<Change, CancellationToken, Task<Outcome>> change, CancellationToken cancellationToken)
    {
        var now = Now();
        if (await FindAsync(db, once, now, cancellationToken) is { } earlier)
        {
            return earlier.ContentHash.AsSpan().SequenceEqual(once.ContentHash)
                ? new Outcome(earlier.Resource, Existed: true, await db.ReadVersionAsync(cancellationToken))
                : throw Refusal.RequestIdReused(once.RequestId);
        }

        var outcome = await DecideAsync(db, once, change, now, cancellationToken);
        db.IdempotencyRecords.Add(
            IdempotencyRecord.Create(once.Caller, once.Method, once.RequestId, once.ContentHash, outcome.Resource, now));
        return outcome;
    }

    private async Task<Outcome> DecideAsync(
        EntitlementDbContext db,
        Once once,
        Func<Change, CancellationToken, Task<Outcome>> change,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        try
        {
            return await DecideAsync(new Change(db, once.Caller, now), change, cancellationToken);
        }
        catch (EntitlementException refusal)
        {
            // The same call may have taken effect between the look-up and this decision, and its effect (a code taken, a
            // license no longer suspended) is then what this one was refused for.
            if (await FindAsync(db, once, now, cancellationToken) is null)
            {
                throw;
            }

            throw new StaleReadException("The same call took effect meanwhile.", refusal);
        }
    }

    private static async Task<Outcome> DecideAsync(
        Change change, Func<Change, CancellationToken, Task<Outcome>> decide, CancellationToken cancellationToken) =>
        await change.EndAsync(await decide(change, cancellationToken), cancellationToken);

    private Task<IdempotencyRecord?> FindAsync(
        EntitlementDbContext db, Once once, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.FindIdempotencyRecordAsync(
            once.Caller, once.Method, once.RequestId, now - options.Value.Retention, cancellationToken);

    private DateTimeOffset Now() => clock.GetUtcNow().ToWholeMilliseconds();
}

/// <summary>A call that is to take effect once.</summary>
/// <param name="Caller">Who calls: two callers' ids do not meet.</param>
/// <param name="Method">The RPC's full name.</param>
/// <param name="RequestId">What the caller named the call.</param>
/// <param name="ContentHash">SHA-256 of the request.</param>
internal sealed record Once(string Caller, string Method, Guid RequestId, byte[] ContentHash);
