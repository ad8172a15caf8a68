using Entitlement.Server.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Storage;

/// <summary>The folder of the embedded default, for its owner alone, and the database file in it.</summary>
internal sealed class DataDirectory(IOptions<StorageOptions> options)
{
    public const string DatabaseName = "entitlement.db";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Root => options.Value.DataPath ?? throw new InvalidOperationException("Only the embedded default has a data directory.");

    /// <summary>The database file of the embedded default; null with any other database.</summary>
    public string? DatabaseFile => options.Value switch
    {
        { IsEmbedded: false } => null,
        { ConnectionString: { Length: > 0 } text } => Path.GetFullPath(new SqliteConnectionStringBuilder(text).DataSource),
        _ => Path.Combine(Root, DatabaseName),
    };

    /// <summary>Whether the database is where it should be, as far as a look at files tells.</summary>
    public bool HasDatabase => DatabaseFile is null || File.Exists(DatabaseFile);

    /// <summary>Makes the folders that are not there. One that is there keeps the rights that its owner gave it.</summary>
    /// <exception cref="StartRefusedException">One can't be made.</exception>
    public void Prepare()
    {
        Make(Root);
        Make(Path.GetDirectoryName(DatabaseFile)!);
    }

    private static void Make(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // Below the user's profile, whose rights it inherits.
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnerOnly);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The folder {folder} can't be made: {failure.Message} Name one that this user may write to by "
                + $"{StorageOptions.Section}:{nameof(StorageOptions.DataDirectory)}.",
                inner: failure);
        }
    }
}
