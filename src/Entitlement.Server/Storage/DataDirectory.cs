using Entitlement.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Storage;

/// <summary>The folder of the embedded default, for its owner alone.</summary>
internal sealed class DataDirectory(IOptions<StorageOptions> options)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Path => options.Value.DataPath;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the folder if it is not there. One that is there keeps the rights that its owner gave it.</summary>
    /// <exception cref="StartRefusedException">It can't be made.</exception>
    public void Prepare()
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // Below the user's profile, whose rights it inherits.
                Directory.CreateDirectory(Path);
            }
            else
            {
                Directory.CreateDirectory(Path, OwnerOnly);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"{StorageOptions.Section}:{nameof(StorageOptions.DataDirectory)} ({Path}) can't be made: {failure.Message} "
                + "Name a folder that this user may write to.",
                inner: failure);
        }
    }
}
