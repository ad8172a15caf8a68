using System.Data.Common;
using Entitlement.Domain.Errors;
using Entitlement.Server.Hosting;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Reads the clock of access twice within <see cref="AccessOptions.MaxStaleness"/>, so that hardly any call has to; at once
/// when another server tells that it moved; and tells others when this one moved it.
/// </summary>
internal sealed class ViewKeeping : BackgroundService
{
    private readonly AccessViews _views;
    private readonly AccessCanary _canary;
    private readonly ISharedSnapshots? _shared;
    private readonly StorageEngine _storage;
    private readonly IOptions<AccessOptions> _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<ViewKeeping> _logger;

    public ViewKeeping(
        AccessViews views,
        AccessCanary canary,
        Writer writer,
        StorageEngine storage,
        IOptions<AccessOptions> options,
        TimeProvider clock,
        ILogger<ViewKeeping> logger,
        ISharedSnapshots? shared = null)
    {
        (_views, _canary, _shared, _storage) = (views, canary, shared, storage);
        (_options, _clock, _logger) = (options, clock, logger);
        writer.AccessChanged += Tell;
        views.PutBack += canary.Forget;
        if (shared is not null)
        {
            shared.Hinted += Follow;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Repeat.EveryAsync(
        _options.Value.MaxStaleness / 2, ReadAsync, _clock, stoppingToken);

    private void Tell(long version)
    {
        _canary.Committed(version);
        _views.Committed(version);
        _shared?.Hint(version);
    }

    private void Follow(long version)
    {
        // What a call had read here, another server would have to read now.
        if (_views.Newest is null || _views.Newest.Version < version || _canary.Awaits(version))
        {
            _ = ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            _canary.Seen((await _views.AdvanceAsync()).Version);
        }
        catch (Exception failure) when (
            failure is DbException or EntitlementException || _storage.Classify(failure) != StorageFault.None)
        {
            // Calls are answered up to the bound, and then refused with what they meet themselves.
            Log.ClockNotRead(_logger, failure);
        }
    }
}
