using Entitlement.Domain.Errors;
using Entitlement.Formats;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Grpc.Core;

namespace Entitlement.Server.Abuse;

/// <summary>
/// Where files of installations come in: what costs least is looked at first, and a signature last of all.
/// </summary>
internal sealed class RequestGate(StorageEngine engine, FailureTable failures, VerificationQueue verifications)
{
    /// <summary>Finds out whether its sender may have a file verified, and verifies it when it is its turn.</summary>
    /// <param name="file">The file; its size, encoding and header are right.</param>
    /// <param name="context">The call that it came with.</param>
    /// <exception cref="FileFormatException">The file breaks a rule of its format.</exception>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.TooManyFailures"/> or <see cref="FailureReason.TooBusy"/>.
    /// </exception>
    public async Task<Verified<TFile>> VerifyAsync<TFile>(UnverifiedFile<TFile> file, ServerCallContext context)
    {
        var blockedFor = await AdmitAsync(file.InstanceKey, context);
        using (await verifications.EnterAsync(context.CancellationToken))
        {
            return new Verified<TFile>(file.Verify(), blockedFor);
        }
    }

    /// <returns>
    /// For how long the address is refused everything but what its key holds already; null for anything.
    /// </returns>
    private async Task<TimeSpan?> AdmitAsync(Jwk instanceKey, ServerCallContext context)
    {
        if (context.GetCaller() is not Caller.Anonymous
            || failures.BlockedFor(AddressGroup.Of(context.GetHttpContext())) is not { } wait)
        {
            return null;
        }

        // Anybody may write this key into a header; what that gains him is one verification, which fails.
        var key = instanceKey.ThumbprintBytes.ToArray();
        return await engine.ReadAsync((db, token) => db.WasAnsweredAsync(key, token), context.CancellationToken)
            ? wait
            : throw Refusal.TooManyFailures(wait);
    }
}

/// <summary>A file that its instance key did sign.</summary>
/// <param name="File">The file.</param>
/// <param name="BlockedFor">
/// Null for most. Otherwise too many calls from its address failed, and only for the activation that its key already
/// has on the license may anything be done for so long.
/// </param>
internal sealed record Verified<TFile>(TFile File, TimeSpan? BlockedFor);
