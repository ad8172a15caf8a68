using System.Buffers.Text;
using System.Linq.Expressions;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Names;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Activations;

/// <summary>A parked request as it is shown: without its file, which may have 2 MiB.</summary>
internal sealed record ParkedRequestRow(
    Guid AccountId,
    Guid LicenseId,
    Guid Id,
    byte[] Thumbprint,
    Guid Jti,
    string MachineName,
    string ProductVersion,
    int DeviceCount,
    ParkedRequestState State,
    DateTimeOffset CreateTime,
    DateTimeOffset ExpireTime,
    DateTimeOffset? DecideTime,
    string? Decider,
    string? Rejection,
    Guid? ActivationId)
{
    public static readonly Expression<Func<ParkedRequest, ParkedRequestRow>> Of = parked => new ParkedRequestRow(
        parked.AccountId,
        parked.LicenseId,
        parked.Id,
        parked.Thumbprint,
        parked.Jti,
        parked.MachineName,
        parked.ProductVersion,
        parked.DeviceCount,
        parked.State,
        parked.CreateTime,
        parked.ExpireTime,
        parked.DecideTime,
        parked.Decider,
        parked.Rejection,
        parked.ActivationId);

    /// <summary>Those in a state at a moment; all of them when none is named.</summary>
    public static IQueryable<ParkedRequest> Filter(
        IQueryable<ParkedRequest> requests, V1.ParkedRequestState state, DateTimeOffset now) => state switch
        {
            V1.ParkedRequestState.Waiting =>
                requests.Where(row => row.State == ParkedRequestState.Waiting && row.ExpireTime > now),
            V1.ParkedRequestState.Approved =>
                requests.Where(row => row.State == ParkedRequestState.Approved && row.ExpireTime > now),
            V1.ParkedRequestState.Rejected =>
                requests.Where(row => row.State == ParkedRequestState.Rejected && row.ExpireTime > now),
            V1.ParkedRequestState.Expired => requests.Where(row => row.ExpireTime <= now),
            _ => requests,
        };

    public V1.ParkedRequest ToMessage(DateTimeOffset now) => new()
    {
        Name = $"{new ParkedRequestName(AccountId, LicenseId, Id)}",
        State = StateAt(now),
        MachineName = MachineName,
        InstanceThumbprint = Base64Url.EncodeToString(Thumbprint),
        ProductVersion = ProductVersion,
        DeviceCount = DeviceCount,
        Jti = $"{Jti}",
        CreateTime = CreateTime.ToTimestamp(),
        ExpireTime = ExpireTime.ToTimestamp(),
        DecideTime = DecideTime?.ToTimestamp(),
        Decider = Decider ?? "",
        Rejection = Rejection ?? "",
        Activation = ActivationId is { } activation ? $"{new ActivationName(AccountId, LicenseId, activation)}" : "",
    };

    private V1.ParkedRequestState StateAt(DateTimeOffset now) => now >= ExpireTime
        ? V1.ParkedRequestState.Expired
        : State switch
        {
            ParkedRequestState.Waiting => V1.ParkedRequestState.Waiting,
            ParkedRequestState.Approved => V1.ParkedRequestState.Approved,
            ParkedRequestState.Rejected => V1.ParkedRequestState.Rejected,
        };
}
