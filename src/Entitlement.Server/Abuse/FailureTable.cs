using Microsoft.Extensions.Options;

namespace Entitlement.Server.Abuse;

/// <summary>
/// Counts failures by address and over all, in memory that no caller can make grow. By hand, because the framework's
/// limiters by key keep every key until it has been idle for a while, and the keys here are the attacker's to choose.
/// </summary>
internal sealed class FailureTable(IOptions<AbuseOptions> options, TimeProvider clock, ILogger<FailureTable> logger)
{
    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private readonly Dictionary<AddressGroup, LinkedListNode<Record>> _byAddress = [];

    /// <summary>Whoever failed last stands last.</summary>
    private readonly LinkedList<Record> _inOrder = new();

    private TimeSpan _overAll;

    /// <summary>How many addresses are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byAddress.Count;
            }
        }
    }

    /// <summary>For how long the address is refused what it can't prove; null when it is not.</summary>
    public TimeSpan? BlockedFor(AddressGroup address)
    {
        lock (_lock)
        {
            return BlockedFor(address, clock.GetElapsedTime(_start));
        }
    }

    /// <summary>Counts a failure, unless the address is refused anyway.</summary>
    /// <returns>As <see cref="BlockedFor(AddressGroup)"/>, before this failure.</returns>
    public TimeSpan? Add(AddressGroup address)
    {
        var limits = options.Value;
        lock (_lock)
        {
            var now = clock.GetElapsedTime(_start);
            if (BlockedFor(address, now) is { } blocked)
            {
                return blocked;
            }

            _overAll = Raise(_overAll, limits.FailuresOverAll, now);
            var record = TakeOut(address) ?? new Record(address);
            record.IsTold &= record.Debt > now;
            record.Debt = Raise(record.Debt, limits.FailuresPerAddress, now);
            record.ForgottenAt = now + limits.Window;
            _byAddress[address] = _inOrder.AddLast(record);
            if (_byAddress.Count > limits.MaxAddresses)
            {
                TakeOut(_inOrder.First!.Value.Address);
            }

            Tell(record, now);
            return null;
        }
    }

    private TimeSpan? BlockedFor(AddressGroup address, TimeSpan now)
    {
        if (!_byAddress.TryGetValue(address, out var node) || node.Value.ForgottenAt <= now)
        {
            return null;
        }

        // Beyond the limit of all, one failure within the window is enough: who never failed must not be stopped by
        // others.
        return WaitFor(_overAll, options.Value.FailuresOverAll, now) is null
            ? WaitFor(node.Value.Debt, options.Value.FailuresPerAddress, now)
            : node.Value.ForgottenAt - now;
    }

    private Record? TakeOut(AddressGroup address)
    {
        if (!_byAddress.Remove(address, out var node))
        {
            return null;
        }

        _inOrder.Remove(node);
        return node.Value;
    }

    /// <summary>
    /// Once, until the address has paid off all that it failed: the log must not be the caller's to fill.
    /// </summary>
    private void Tell(Record record, TimeSpan now)
    {
        if (!record.IsTold && WaitFor(record.Debt, options.Value.FailuresPerAddress, now) is not null)
        {
            record.IsTold = true;
            Log.AddressRefused(logger, record.Address, options.Value.FailuresPerAddress, options.Value.Window);
        }
    }

    /// <summary>
    /// What is remembered of a number of failures is when the last of them will be forgotten, each taking its share of
    /// the window (the generic cell rate algorithm, ITU-T I.371): no list, and no window that begins anew for everybody
    /// at once.
    /// </summary>
    private TimeSpan Raise(TimeSpan debt, int limit, TimeSpan now)
    {
        var raised = (debt > now ? debt : now) + (options.Value.Window / limit);
        var most = now + options.Value.Window;
        return raised < most ? raised : most;
    }

    /// <summary>How long until one more failure has room; null when it has.</summary>
    private TimeSpan? WaitFor(TimeSpan debt, int limit, TimeSpan now)
    {
        var wait = debt + (options.Value.Window / limit) - (now + options.Value.Window);
        return wait > TimeSpan.Zero ? wait : null;
    }

    private sealed class Record(AddressGroup address)
    {
        public AddressGroup Address { get; } = address;

        public TimeSpan Debt { get; set; }

        /// <summary>A window after the last failure.</summary>
        public TimeSpan ForgottenAt { get; set; }

        public bool IsTold { get; set; }
    }
}
