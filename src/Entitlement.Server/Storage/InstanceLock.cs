using Entitlement.Server.Hosting;

namespace Entitlement.Server.Storage;

/// <summary>
/// Keeps a second server away from the embedded database: each would hold its own writer and its own cache. The operating
/// system gives the lock back when the process ends, however it ends.
/// </summary>
internal sealed class InstanceLock(DataDirectory data) : IDisposable
{
    private FileStream? _lock;

    /// <exception cref="StartRefusedException">Another server has it.</exception>
    public void Take()
    {
        var file = data.File("entitlement.lock");
        try
        {
            _lock = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"Another server runs on {data.Path}, or its lock {file} can't be opened ({failure.Message}). Stop the other one, or give this one a folder of "
                + $"its own by {StorageOptions.Section}:{nameof(StorageOptions.DataDirectory)}; for several servers use SQL Server.",
                ExitCode.Unavailable,
                failure);
        }
    }

    public void Dispose() => _lock?.Dispose();
}
