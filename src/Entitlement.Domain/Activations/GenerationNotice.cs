namespace Entitlement.Domain.Activations;

/// <summary>How the generation that a machine tells relates to the record. Stored by number.</summary>
public enum GenerationNotice
{
    None = 0,

    /// <summary>An answer was lost, a backup was restored on the machine, or the installation was cloned.</summary>
    Behind = 1,

    /// <summary>Our database was restored.</summary>
    Ahead = 2,
}

public static class GenerationNotices
{
    /// <param name="told">By the machine: of the license file that is installed.</param>
    /// <param name="record">Of the newest license file that the service knows of.</param>
    public static GenerationNotice Of(int told, int record) => told.CompareTo(record) switch
    {
        < 0 => GenerationNotice.Behind,
        > 0 => GenerationNotice.Ahead,
        0 => GenerationNotice.None,
    };
}

/// <summary>
/// What tells that two installations may act under one instance key. Each has an honest cause too (a backup put back, a
/// disk moved, an answer lost twice), so it is recorded and shown, and refuses nothing.
/// </summary>
public enum CloneSign
{
    /// <summary>Another call came under a number that was used before.</summary>
    SequenceForked,

    /// <summary>The machine told an older license file than it told before.</summary>
    GenerationWentBack,

    /// <summary>Two requests in a row told an older license file than the newest.</summary>
    BehindTwice,

    /// <summary>The components are those of another machine.</summary>
    OtherMachine,
}
