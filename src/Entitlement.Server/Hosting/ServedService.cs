using Entitlement.Server.Access;
using Microsoft.Extensions.Options;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Entitlement.Server.Hosting;

/// <summary>
/// One gRPC service that the server serves. Services are mapped only from a list of these, and the access table is read
/// from the same list, so that none can be served and not guarded.
/// </summary>
/// <param name="Descriptor">The service as the contract states it; asked for late, because reading the contract takes a while.</param>
/// <param name="Listeners">The ports that serve it.</param>
/// <param name="IsStandard">Whether others define it, so that it can't declare what it requires: it is open to anybody.</param>
/// <param name="IsOn">Whether these options ask for it.</param>
/// <param name="Map">Maps the class that serves it.</param>
internal sealed record ServedService(
    Func<ServiceDescriptor> Descriptor,
    Listener Listeners,
    bool IsStandard,
    Func<ServerOptions, bool> IsOn,
    Func<IEndpointRouteBuilder, IEndpointConventionBuilder> Map);

/// <summary>All services that the server serves.</summary>
internal sealed class ServedServices(IEnumerable<ServedService> services, IOptions<ServerOptions> options)
{
    private readonly List<ServedService> _services = [.. services.Where(service => service.IsOn(options.Value))];

    public IEnumerable<ServiceDescriptor> Descriptors => _services.Select(service => service.Descriptor());

    /// <summary>Whether the server has the service of this full name; the empty name is the server itself.</summary>
    public bool Has(string name) => name.Length == 0 || Descriptors.Any(service => service.FullName == name);

    /// <exception cref="InvalidOperationException">A method says nothing about access, or something impossible.</exception>
    public AccessTable ReadAccess() => AccessTable.Load(
        _services.Where(service => !service.IsStandard).Select(service => service.Descriptor()),
        _services.Where(service => service.IsStandard).Select(service => service.Descriptor()));

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var service in _services)
        {
            service.Map(routes).WithMetadata(new ServedOn(service.Listeners));
        }
    }
}

/// <summary>How a slice brings its service in.</summary>
internal static class ServedServiceRegistration
{
    /// <summary>One of the contract's services.</summary>
    public static IServiceCollection AddServed<TService>(this IServiceCollection services, Func<ServiceDescriptor> descriptor)
        where TService : class =>
        services.AddSingleton(new ServedService(
            descriptor, Listener.Grpc, IsStandard: false, _ => true, routes => routes.MapGrpcService<TService>()));

    /// <summary>One that others define.</summary>
    public static IServiceCollection AddServedStandard<TService>(
        this IServiceCollection services, Func<ServiceDescriptor> descriptor, Listener listeners, Func<ServerOptions, bool> isOn)
        where TService : class =>
        services.AddSingleton(new ServedService(
            descriptor, listeners, IsStandard: true, isOn, routes => routes.MapGrpcService<TService>()));
}
