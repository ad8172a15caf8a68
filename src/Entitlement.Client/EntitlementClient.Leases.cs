using Entitlement.Client.Activation;
using Entitlement.Formats;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Client;

/// <summary>The half that reports and leases floating features.</summary>
public sealed partial class EntitlementClient
{
    private readonly SortedDictionary<string, int> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HeldLease> _held = new(StringComparer.Ordinal);
    private CallJournal? _journal;

    /// <summary>
    /// Reports that the product lives, and renews what it has leased. Call it well before the leases end, such as at
    /// half of their time; what the answer says of the activation is to be shown to the user.
    /// </summary>
    /// <param name="channel">See <see cref="EntitlementChannel"/>.</param>
    /// <param name="featuresInUse">Codes of the features that are in use now; null for not saying.</param>
    /// <param name="cancellationToken">Gives up waiting; the call is sent again the next time.</param>
    /// <exception cref="EntitlementRefusedException">The service refused, with its reason.</exception>
    /// <exception cref="InvalidOperationException">No license file of this installation is there.</exception>
    /// <exception cref="RpcException">The service was not reached. Call again: the same call is sent.</exception>
    public async Task<ReportStatusResponse> ReportStatusAsync(
        ChannelBase channel, IEnumerable<string>? featuresInUse = null, CancellationToken cancellationToken = default)
    {
        var claims = InstalledClaims();
        var report = new StatusReport
        {
            Generation = claims.Generation,
            ProductVersion = _product.Version,
            FeaturesInUse = { (featuresInUse ?? []).Order(StringComparer.Ordinal) },
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

    private async Task<ReportStatusResponse> WantAsync(
        ChannelBase channel, string feature, int quantity, CancellationToken cancellationToken)
    {
        var before = _wanted.GetValueOrDefault(feature);
        Want(feature, quantity);
        try
        {
            return await ReportStatusAsync(channel, featuresInUse: null, cancellationToken).ConfigureAwait(false);
        }
        catch (EntitlementRefusedException)
        {
            // What can't be had must not sink the renewal of the rest. Without an answer it stays wanted.
            Want(feature, before);
            throw;
        }
    }

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

    private void Want(string feature, int quantity)
    {
        if (quantity == 0)
        {
            _wanted.Remove(feature);
        }
        else
        {
            _wanted[feature] = quantity;
        }
    }

    private void Hold(ReportStatusResponse answer, long begun)
    {
        _held.Clear();
        foreach (var lease in answer.Leases)
        {
            var length = lease.ExpireTime.ToDateTimeOffset() - answer.ReportTime.ToDateTimeOffset();
            _held[lease.Feature] = new HeldLease(lease.Quantity, begun, length);
        }
    }

    private sealed record HeldLease(int Quantity, long Begun, TimeSpan Length);
}
