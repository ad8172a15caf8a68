using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Entitlement.Server.Hosting;

/// <summary>Where the server listens once it has started, with the ports that the operating system chose for those given as 0.</summary>
internal sealed class BoundAddresses(IServer server)
{
    public string Grpc => At(0);

    public string Http => At(1);

    /// <summary>Null when there is no such port.</summary>
    public string? Health => All.ElementAtOrDefault(2);

    /// <summary>In the order in which <see cref="Listeners"/> opens them.</summary>
    private ICollection<string> All =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses ?? throw new InvalidOperationException("The server has not started.");

    private string At(int index) => All.ElementAt(index);
}
