using Entitlement.Domain.Names;
using Entitlement.Domain.Trials;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Trials;

/// <summary>Trials as the contract shows them.</summary>
internal static class Messages
{
    /// <param name="trial">The trial.</param>
    /// <param name="now">The moment whose state is told.</param>
    public static V1.Trial ToMessage(this Trial trial, DateTimeOffset now) => new()
    {
        Name = $"{trial.Name}",
        Product = $"{new ProductName(trial.ProductId)}",
        MachineName = trial.MachineName,
        StartTime = trial.StartTime.ToTimestamp(),
        EndTime = trial.EndTime.ToTimestamp(),
        State = trial.IsOverAt(now) ? V1.TrialState.Ended : V1.TrialState.Running,
        Extensions = trial.Extensions,
    };
}
