using System.Collections.Frozen;
using System.Collections.Immutable;
using Entitlement.Client.Activation;
using Entitlement.Client.Renewal;
using Entitlement.Formats;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Client;

/// <summary>The half that reports and leases floating features.</summary>
public sealed partial class EntitlementClient
{
    private volatile FrozenDictionary<string, HeldLease> _held = FrozenDictionary<string, HeldLease>.Empty;
    private volatile ImmutableSortedDictionary<string, int> _wanted =
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Whether something is wanted that no answer has come to.</summary>
    private volatile bool _isLeaseUnanswered;

    private CallJournal? _journal;
    private string[] _inUse = [];

    /// <summary>
    /// Reports that the product lives, and renews what it has leased. Call it well before the leases end, such as at
    /// half of their time; what the answer says of the activation is to be shown to the user.
    /// </summary>
    /// <param name="channel">See <see cref="EntitlementChannel"/>.</param>
    /// <param name="featuresInUse">Codes of the features that are in use now; null for those of the last report.</param>
    /// <param name="cancellationToken">Gives up waiting; the call is sent again the next time.</param>
    /// <exception cref="EntitlementRefusedException">The service refused, with its reason.</exception>
    /// <exception cref="InvalidOperationException">No license file of this installation is there.</exception>
    /// <exception cref="RpcException">The service was not reached. Call again: the same call is sent.</exception>
    public Task<ReportStatusResponse> ReportStatusAsync(
        ChannelBase channel,
        IEnumerable<string>? featuresInUse = null,
        CancellationToken cancellationToken = default) =>
        InTurnAsync(() => ReportAsync(channel, featuresInUse, cancellationToken), cancellationToken);

    /// <summary>
    /// Leases some of a floating feature, beside what is leased already, until it is returned or no longer
    /// renewed.
    /// </summary>
    /// <param name="channel">See <see cref="EntitlementChannel"/>.</param>
    /// <param name="feature">Code of the feature.</param>
    /// <param name="quantity">How much of it in all.</param>
    /// <inheritdoc cref="ReportStatusAsync"/>
    public Task<ReportStatusResponse> TakeLeaseAsync(
        ChannelBase channel, string feature, int quantity = 1, CancellationToken cancellationToken = default) =>
        WantAsync(channel, feature, quantity, cancellationToken);

    /// <summary>Gives back what is leased of a feature.</summary>
    /// <param name="channel">See <see cref="EntitlementChannel"/>.</param>
    /// <param name="feature">Code of the feature.</param>
    /// <inheritdoc cref="ReportStatusAsync"/>
    public Task<ReportStatusResponse> ReturnLeaseAsync(
        ChannelBase channel, string feature, CancellationToken cancellationToken = default) =>
        WantAsync(channel, feature, quantity: 0, cancellationToken);

    /// <summary>
    /// How much of a floating feature may be used now. It is counted by the time that passes since the lease was asked
    /// for: neither side's clock need be right.
    /// </summary>
    public int LeasedQuantityOf(string feature) =>
        _held.TryGetValue(feature, out var lease) && _clock.GetElapsedTime(lease.Begun) < lease.Length
            ? lease.Quantity
            : 0;

    /// <summary>When what is leased must be renewed; null while nothing is, or is wanted.</summary>
    /// <param name="share">After which share of a lease's time.</param>
    internal RenewalNeed? LeaseNeed(double share)
    {
        if (_isLeaseUnanswered && !_wanted.IsEmpty)
        {
            return new RenewalNeed(TimeSpan.Zero, TimeSpan.Zero);
        }

        return _held.Values
            .Select(lease => (lease.Length, Passed: _clock.GetElapsedTime(lease.Begun)))
            .Select(lease => (RenewalNeed?)new RenewalNeed(
                DueIn: (lease.Length * share) - lease.Passed, Left: lease.Length - lease.Passed))
            .MinBy(need => need!.Value.DueIn);
    }

    private async Task<ReportStatusResponse> ReportAsync(
        ChannelBase channel, IEnumerable<string>? featuresInUse, CancellationToken cancellationToken)
    {
        var claims = InstalledClaims();
        if (featuresInUse is not null)
        {
            _inUse = [.. featuresInUse.Order(StringComparer.Ordinal)];
        }

        var report = new StatusReport
        {
            Generation = claims.Generation,
            ProductVersion = _product.Version,
            FeaturesInUse = { _inUse },
            Leases = { _wanted.Select(wish => new LeaseWish { Feature = wish.Key, Quantity = wish.Value }) },
            RevocationListNumber = _revokedKeys?.Number ?? 0,
        };
        _journal ??= new CallJournal(_directory, _key, _clock);
        var (answer, begun) = await _journal.ReportAsync(
            claims.Subject,
            claims.Issuer,
            report,
            request => CallAsync(channel, (service, deadline) =>
                service.ReportStatusAsync(request, headers: null, deadline, cancellationToken))).ConfigureAwait(false);
        Hold(answer, begun);
        KeepRevokedKeys(answer);
        return answer;
    }

    private Task<ReportStatusResponse> WantAsync(
        ChannelBase channel, string feature, int quantity, CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            var before = _wanted.GetValueOrDefault(feature);
            Want(feature, quantity);
            try
            {
                return await ReportAsync(channel, featuresInUse: null, cancellationToken).ConfigureAwait(false);
            }
            catch (EntitlementRefusedException)
            {
                // What can't be had must not sink the renewal of the rest. Without an answer it stays wanted.
                Want(feature, before);
                throw;
            }
            catch (RpcException)
            {
                _isLeaseUnanswered = true;
                Changed?.Invoke(this, EventArgs.Empty);
                throw;
            }
        },
        cancellationToken);

    private void KeepRevokedKeys(ReportStatusResponse answer)
    {
        try
        {
            if (!answer.KeyRevocationList.IsEmpty)
            {
                InstallRevokedKeys(answer.KeyRevocationList.Span);
            }
        }
        catch (FileFormatException)
        {
            // Of a root that this product does not pin. What was reported and leased stands all the same.
        }
    }

    private void Want(string feature, int quantity) =>
        _wanted = quantity == 0 ? _wanted.Remove(feature) : _wanted.SetItem(feature, quantity);

    private void Hold(ReportStatusResponse answer, long begun)
    {
        _held = answer.Leases.ToFrozenDictionary(
            lease => lease.Feature,
            lease => new HeldLease(
                lease.Quantity, begun, lease.ExpireTime.ToDateTimeOffset() - answer.ReportTime.ToDateTimeOffset()),
            StringComparer.Ordinal);
        _isLeaseUnanswered = false;
        Changed?.Invoke(this, EventArgs.Empty);
    }

    private sealed record HeldLease(int Quantity, long Begun, TimeSpan Length);
}
