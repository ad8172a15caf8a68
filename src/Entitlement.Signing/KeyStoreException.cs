namespace Entitlement.Signing;

/// <summary>Why keys cannot be used. A closed list.</summary>
public enum KeyStoreProblem
{
    /// <summary>A file that is needed is not there.</summary>
    Missing,

    /// <summary>Others than its owner can read a private key.</summary>
    TooOpen,

    /// <summary>A file cannot be read as what it should be.</summary>
    Unreadable,

    /// <summary>A key and its certificate, or a certificate and its root, do not belong together.</summary>
    Mismatch,

    /// <summary>A certificate that is not of the profile of its kind.</summary>
    WrongProfile,

    /// <summary>A certificate that is not valid now.</summary>
    NotValidNow,

    /// <summary>Somebody else is making keys in the same directory.</summary>
    Busy,
}

/// <summary>
/// Keys that cannot be used, with the file and what to do. It names paths and never what stands in the files.
/// </summary>
public sealed class KeyStoreException : Exception
{
    internal KeyStoreException(KeyStoreProblem problem, string file, string rule, string remedy,
        Exception? inner = null)
        : base($"{file} {rule}. {remedy}", inner)
    {
        Problem = problem;
        File = file;
    }

    public KeyStoreProblem Problem { get; }

    /// <summary>The path that is meant, as it was configured.</summary>
    public string File { get; }
}
