using Entitlement.Testing;
using Entitlement.V1;

namespace Entitlement.Server.Tests.History;

/// <summary>The clients of one start of the server, each over one channel that all share.</summary>
internal sealed class Service(EntitlementHost host, ManualClock clock)
{
    public ManualClock Clock { get; } = clock;

    public ActivationService.ActivationServiceClient Product { get; } = new(host.Anonymous);

    public ActivationService.ActivationServiceClient Desk { get; } = new(host.Administrator);

    public LicenseService.LicenseServiceClient Licenses { get; } = new(host.Administrator);
}
