using Entitlement.Client.Activation;
using Entitlement.Client.Verification;
using Entitlement.Formats;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.Client;

/// <summary>The half that talks to the service.</summary>
public sealed partial class EntitlementClient
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Hands the request in and installs the license file that comes back.</summary>
    /// <param name="channel">See <see cref="EntitlementChannel"/>.</param>
    /// <inheritdoc cref="CreateRequest(string, IEnumerable{RequestedDevice}?, string?)"/>
    /// <exception cref="EntitlementRefusedException">
    /// The service refused, with its reason. Nothing was changed; where
    /// <see cref="EntitlementRefusedException.IsAwaitingApproval"/>, the request waits for somebody's approval.
    /// </exception>
    /// <exception cref="RpcException">The service was not reached. Call again: the same request is sent.</exception>
    public Task<VerificationResult> ActivateAsync(
        ChannelBase channel, string slc, IEnumerable<RequestedDevice>? devices = null, string? audience = null,
        CancellationToken cancellationToken = default) => InTurnAsync(
        async () =>
        {
            var request = new ActivateRequest
            {
                LicenseRequest = ByteString.CopyFrom(CreateRequest(slc, devices, audience)),
            };
            var answer = await CallAsync(channel, (service, deadline) =>
                service.ActivateAsync(request, headers: null, deadline, cancellationToken)).ConfigureAwait(false);
            return Install(answer.LicenseFile.Span);
        },
        cancellationToken);

    /// <summary>Gets the next license file of what is installed, and installs it.</summary>
    /// <param name="channel">See <see cref="EntitlementChannel"/>.</param>
    /// <inheritdoc cref="CreateRefreshRequest"/>
    /// <exception cref="EntitlementRefusedException">
    /// The service refused, with its reason. What is installed stays.
    /// </exception>
    /// <exception cref="RpcException">The service was not reached. Call again: the same request is sent.</exception>
    public Task<VerificationResult> RefreshAsync(
        ChannelBase channel,
        IEnumerable<RequestedDevice>? devices = null,
        CancellationToken cancellationToken = default) => InTurnAsync(
        async () =>
        {
            var request = new RefreshLicenseRequest
            {
                LicenseRequest = ByteString.CopyFrom(CreateRefreshRequest(devices)),
            };
            var answer = await CallAsync(channel, (service, deadline) =>
                service.RefreshLicenseAsync(request, headers: null, deadline, cancellationToken)).ConfigureAwait(false);
            return Install(answer.LicenseFile.Span);
        },
        cancellationToken);

    /// <summary>Gives the license back online; see <see cref="CreateReturnReceipt"/>.</summary>
    /// <param name="channel">See <see cref="EntitlementChannel"/>.</param>
    /// <exception cref="EntitlementRefusedException">The service refused, with its reason.</exception>
    /// <exception cref="InvalidOperationException">No license file of this installation is there, and no receipt.</exception>
    /// <exception cref="RpcException">The service was not reached. Call again: the same receipt is sent.</exception>
    public Task DeactivateAsync(ChannelBase channel, CancellationToken cancellationToken = default) => InTurnAsync(
        async () =>
        {
            var request = new DeactivateRequest { ReturnReceipt = ByteString.CopyFrom(CreateReturnReceipt()) };
            var answer = await CallAsync(channel, (service, deadline) =>
                service.DeactivateAsync(request, headers: null, deadline, cancellationToken)).ConfigureAwait(false);
            _state.Delete(ReceiptFileName);
            return answer;
        },
        cancellationToken);

    /// <summary>Gets the newest list of revoked signing keys and keeps it; see <see cref="InstallRevokedKeys"/>.</summary>
    /// <param name="channel">See <see cref="EntitlementChannel"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether a newer list than the one before is kept now.</returns>
    /// <exception cref="FileFormatException">It breaks a rule of its format, or no pinned root signed it.</exception>
    /// <exception cref="RpcException">The service was not reached.</exception>
    public async Task<bool> UpdateRevokedKeysAsync(ChannelBase channel, CancellationToken cancellationToken = default)
    {
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + DefaultDeadline;
        var answer = await new KeyService.KeyServiceClient(channel).GetKeyRevocationListAsync(
            new GetKeyRevocationListRequest(), headers: null, deadline, cancellationToken).ConfigureAwait(false);
        return !answer.KeyRevocationList.IsEmpty && InstallRevokedKeys(answer.KeyRevocationList.Span);
    }

    /// <summary>Gets the newest list of revoked license files and keeps it; see <see cref="InstallRevokedFiles"/>.</summary>
    /// <param name="channel">See <see cref="EntitlementChannel"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether a newer list than the one before is kept now.</returns>
    /// <exception cref="FileFormatException">It breaks a rule of its format, or its key can't be believed.</exception>
    /// <exception cref="RpcException">The service was not reached.</exception>
    public async Task<bool> UpdateRevokedFilesAsync(ChannelBase channel, CancellationToken cancellationToken = default)
    {
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + DefaultDeadline;
        var answer = await new KeyService.KeyServiceClient(channel).GetRevocationListAsync(
            new GetRevocationListRequest(), headers: null, deadline, cancellationToken).ConfigureAwait(false);
        return InstallRevokedFiles(answer.RevocationList.Span);
    }

    /// <summary>
    /// One call after another: the request that waits on the disk, and the number of the last call, are one each.
    /// </summary>
    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static async Task<T> CallAsync<T>(
        ChannelBase channel, Func<ActivationService.ActivationServiceClient, DateTime, AsyncUnaryCall<T>> call)
    {
        try
        {
            // By the system's clock, which is the one that the channel looks at.
            var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + DefaultDeadline;
            return await call(new ActivationService.ActivationServiceClient(channel), deadline).ConfigureAwait(false);
        }
        catch (RpcException exception) when (EntitlementRefusedException.From(exception) is not null)
        {
            throw EntitlementRefusedException.From(exception)!;
        }
    }
}
