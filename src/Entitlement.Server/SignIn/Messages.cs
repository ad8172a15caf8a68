using Entitlement.Domain.SignIn;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.SignIn;

/// <summary>Sessions as the contract shows them.</summary>
internal static class Messages
{
    public static V1.Session ToMessage(this Session session, TimeSpan idleTime, bool isCurrent) => new()
    {
        Name = $"{session.Name}",
        Origin = session.Origin,
        CreateTime = session.CreateTime.ToTimestamp(),
        LastUseTime = session.LastUseTime.ToTimestamp(),
        ExpireTime = session.IdleEnd(idleTime).ToTimestamp(),
        Current = isCurrent,
    };
}
