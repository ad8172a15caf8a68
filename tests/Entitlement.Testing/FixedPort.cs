using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Entitlement.Testing;

/// <summary>
/// Ports of loopback for servers that must come back on the port that they had. They lie below those that operating systems
/// hand out, so that no outgoing connection and no listener on port 0 gets one between two starts.
/// </summary>
internal static class FixedPort
{
    private const int First = 20_000;
    private const int Count = 10_000;

    /// <summary>
    /// Holds the UDP port of the same number to the end of this process, however it ends: other test processes on this
    /// machine take their ports likewise.
    /// </summary>
    private static readonly ConcurrentBag<Socket> Claims = [];

    private static int s_next = Random.Shared.Next(Count);

    /// <summary>A port on which nobody listens, and which nobody else who asks here gets for as long as this process lives.</summary>
    public static int Take()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + ((Interlocked.Increment(ref s_next) & int.MaxValue) % Count);
            if (TryClaim(port) && IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port of loopback from {First} to {First + Count - 1} is free.");
    }

    private static bool TryClaim(int port)
    {
        var claim = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            claim.Bind(new IPEndPoint(IPAddress.Loopback, port));
            Claims.Add(claim);
            return true;
        }
        catch (SocketException)
        {
            claim.Dispose();
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
