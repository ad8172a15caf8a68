using System.Runtime.InteropServices;

namespace Entitlement.Client;

/// <summary>
/// Moves a file to a name that nobody has, so that of many who try at once exactly one succeeds. By hand, because on Unix
/// <see cref="File.Move(string, string, bool)"/> looks first and renames then: two may both find the name free, and the
/// second replaces what the first has begun to use. Making a hard link looks and takes in one step.
/// </summary>
internal static class ExclusiveMove
{
    /// <summary>False when the name is taken; the source is then still there.</summary>
    public static bool TryMove(string source, string target)
    {
        if (!OperatingSystem.IsWindows() && link(source, target) == 0)
        {
            File.Delete(source);
            return true;
        }

        if (File.Exists(target))
        {
            return false;
        }

        try
        {
            // Windows does it in one step by itself; some file systems elsewhere have no hard links.
            File.Move(source, target, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(target))
        {
            return false;
        }
    }

    [DllImport("libc")]
    private static extern int link(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string source, [MarshalAs(UnmanagedType.LPUTF8Str)] string target);
}
