using System.Net;
using System.Net.Sockets;

namespace Entitlement.Testing;

/// <summary>What a network may do to what passes.</summary>
[Flags]
internal enum RedisFaults
{
    None = 0,

    /// <summary>Passes nothing on, and keeps the connection.</summary>
    Drop = 1,

    /// <summary>Passes it on later.</summary>
    Delay = 2,

    /// <summary>Passes on the first part.</summary>
    Truncate = 4,

    /// <summary>Passes it on twice.</summary>
    Repeat = 8,

    /// <summary>Turns a bit around.</summary>
    Flip = 16,

    /// <summary>Passes on what passed earlier, on any connection, in its place.</summary>
    Replay = 32,

    /// <summary>Closes the connection.</summary>
    Cut = 64,

    All = Drop | Delay | Truncate | Repeat | Flip | Replay | Cut,
}

/// <summary>
/// Stands between the service and Redis and spoils what passes, in both directions, one read of a socket at a time.
/// Which fault comes when is drawn from a seed.
/// </summary>
internal sealed class RedisFaultProxy : IAsyncDisposable
{
    private const int Remembered = 64;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly int _upstream;
    private readonly Random _random;
    private readonly List<byte[]> _requests = [];
    private readonly List<byte[]> _answers = [];
    private readonly Task _accepting;
    private volatile RedisFaults _faults;
    private int _done;

    /// <param name="upstream">The port of loopback on which Redis listens.</param>
    /// <param name="seed">The same seed draws the same faults.</param>
    public RedisFaultProxy(int upstream, int seed)
    {
        _upstream = upstream;
        _random = new Random(seed);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Configuration => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What is drawn from, from now on.</summary>
    public RedisFaults Faults
    {
        get => _faults;
        set => _faults = value;
    }

    /// <summary>The part of what passes that is spoilt.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>How late <see cref="RedisFaults.Delay"/> is.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How often something was spoilt so far.</summary>
    public int Done => Volatile.Read(ref _done);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var links = new List<Task>();
        try
        {
            while (true)
            {
                links.Add(LinkAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(links);
        }
    }

    private async Task LinkAsync(TcpClient client)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _upstream, cut.Token);
                var ended = await Task.WhenAny(
                    PassAsync(client.GetStream(), server.GetStream(), _requests, cut.Token),
                    PassAsync(server.GetStream(), client.GetStream(), _answers, cut.Token));
                await cut.CancelAsync();
                await ended;
            }
            catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
            {
                // One of the two is gone, or the connection is cut.
            }
        }
    }

    private async Task PassAsync(
        NetworkStream from, NetworkStream to, List<byte[]> earlier, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            var passing = buffer[..read];
            var fault = Draw(passing, earlier, out var passed);
            if (fault == RedisFaults.Cut)
            {
                return;
            }

            if (fault == RedisFaults.Delay)
            {
                await Task.Delay(Latency, TimeProvider.System, cancellationToken);
            }

            await to.WriteAsync(passed, cancellationToken);
        }
    }

    private RedisFaults Draw(byte[] passing, List<byte[]> earlier, out byte[] passed)
    {
        lock (_lock)
        {
            var fault = RedisFaults.None;
            var possible = Enum.GetValues<RedisFaults>()
                .Where(one => int.IsPow2((int)one) && _faults.HasFlag(one))
                .ToList();
            if (possible.Count > 0 && _random.NextDouble() < Rate)
            {
                fault = possible[_random.Next(possible.Count)];
                Interlocked.Increment(ref _done);
            }

            passed = Spoil(fault, passing, earlier);
            earlier.Add(passing);
            if (earlier.Count > Remembered)
            {
                earlier.RemoveAt(0);
            }

            return fault;
        }
    }

    private byte[] Spoil(RedisFaults fault, byte[] passing, List<byte[]> earlier)
    {
        switch (fault)
        {
            case RedisFaults.Drop:
                return [];
            case RedisFaults.Truncate:
                return passing[.._random.Next(passing.Length)];
            case RedisFaults.Repeat:
                return [.. passing, .. passing];
            case RedisFaults.Flip:
                var spoilt = passing.ToArray();
                spoilt[_random.Next(spoilt.Length)] ^= (byte)(1 << _random.Next(8));
                return spoilt;
            case RedisFaults.Replay:
                return earlier.Count == 0 ? passing : earlier[_random.Next(earlier.Count)];
            default:
                return passing;
        }
    }
}
