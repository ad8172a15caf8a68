namespace Entitlement.Server.Hosting;

/// <summary>The ports of the server. Each serves its own things and nothing else.</summary>
[Flags]
internal enum Listener
{
    None = 0,

    /// <summary>The services of the contract, health and reflection.</summary>
    Grpc = 1,

    /// <summary>The verification keys over plain HTTP.</summary>
    Http = 2,

    /// <summary>Health alone.</summary>
    Health = 4,
}

/// <summary>Metadata of an endpoint: the ports that serve it.</summary>
internal sealed record ServedOn(Listener Listeners);

/// <summary>Feature of a connection: the port that it came in by.</summary>
internal sealed record ArrivedBy(Listener Listener);
