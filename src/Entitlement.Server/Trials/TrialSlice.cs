using Entitlement.Server.Hosting;

namespace Entitlement.Server.Trials;

/// <summary>The trials that machines began. They begin where files are issued, see <c>Activations/</c>.</summary>
internal static class TrialSlice
{
    public static IServiceCollection AddTrials(this IServiceCollection services) =>
        services.AddServed<TrialService>(() => V1.TrialService.Descriptor);
}
