namespace Entitlement.Storage.Sqlite;

/// <summary>This process must not serve the database file. The message says why and what to do.</summary>
public sealed class InstanceLockedException : Exception
{
    private InstanceLockedException(string message)
        : base(message)
    {
    }

    internal static InstanceLockedException Held(string path, string holder) => new(
        $"{path} is held by {holder}. A SQLite database is for one server at a time: stop the other one, give this one "
        + "a database of its own, or move to SQL Server to run several.");

    internal static InstanceLockedException Impossible(string path) => new(
        $"{path} can't be locked: its file system, or a setting of this process, does not know locks, so a second "
        + "server could not be kept out. Put the database on a local disk.");
}
