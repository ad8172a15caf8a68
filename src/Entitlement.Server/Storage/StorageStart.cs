using Entitlement.Server.Hosting;
using Entitlement.Storage;
using Entitlement.Storage.Sqlite;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Storage;

/// <summary>Gets the database ready before the server serves, or says what its operator has to do.</summary>
internal sealed class StorageStart(
    IOptions<StorageOptions> options, DataDirectory data, StorageSetup setup, StorageEngine engine, TimeProvider clock)
    : IAsyncDisposable
{
    /// <summary>Held to the end of the process: two servers on one file would each trust their own memory.</summary>
    private InstanceLock? _instance;

    /// <summary>Takes the data directory of the embedded default for this process; whatever is made in it comes after.</summary>
    /// <exception cref="StartRefusedException">Another process has it.</exception>
    public void Claim()
    {
        if (!options.Value.IsEmbedded)
        {
            return;
        }

        data.Prepare();
        try
        {
            _instance ??= InstanceLock.Acquire(Path.GetDirectoryName(data.DatabaseFile)!, clock);
        }
        catch (InstanceLockedException failure)
        {
            throw new StartRefusedException(failure.Message, ExitCode.Unavailable, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unusable(failure);
        }
    }

    /// <exception cref="StartRefusedException">The database is not ready.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        if (options.Value.IsEmbedded)
        {
            Claim();
            await setup.MigrateAsync(cancellationToken);
        }
        else if (await setup.HasPendingMigrationsAsync(cancellationToken))
        {
            throw new StartRefusedException(
                "The database is not up to date. Run 'Entitlement.Server migrate' with the same options, then start again.");
        }
    });

    /// <summary>Brings the database up to date, whichever it is.</summary>
    /// <exception cref="StartRefusedException">It can't be.</exception>
    public Task MigrateAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        Claim();
        await setup.MigrateAsync(cancellationToken);
    });

    /// <summary>As <see cref="PrepareAsync"/>, but beside a server that runs on the same embedded database.</summary>
    /// <exception cref="StartRefusedException">The database is not ready.</exception>
    public Task JoinAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        if (!options.Value.IsEmbedded || !data.HasDatabase || await setup.HasPendingMigrationsAsync(cancellationToken))
        {
            await PrepareAsync(cancellationToken);
        }
    });

    /// <summary>
    /// Gives the database up, once what waits to be written is written: whoever takes the lock is the only writer.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        // The container would dispose of the engine only after this, which was made from it; twice does no harm.
        if (engine is IAsyncDisposable lane)
        {
            await lane.DisposeAsync();
        }

        _instance?.Dispose();
    }

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (
            failure is IOException or UnauthorizedAccessException
            || engine.Classify(failure) is StorageFault.Busy or StorageFault.Unreachable)
        {
            throw Unusable(failure);
        }
    }

    private static StartRefusedException Unusable(Exception failure) => new(
        $"The database can't be used: {failure.Message} Check {StorageOptions.Section}:{nameof(StorageOptions.ConnectionString)}, "
        + $"{StorageOptions.Section}:{nameof(StorageOptions.DataDirectory)} and the database itself.",
        ExitCode.Unavailable,
        failure);
}
