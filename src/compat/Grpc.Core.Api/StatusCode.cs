namespace Grpc.Core;

/// <summary>How a call ended; names and numbers are those of the gRPC protocol.</summary>
public enum StatusCode
{
    /// <summary>It did what was asked.</summary>
    OK = 0,

    /// <summary>It was given up, mostly by the caller.</summary>
    Cancelled = 1,

    /// <summary>It failed, and nobody can say why.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>Its time ran out. It may have been done all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>What it is about does not exist.</summary>
    NotFound = 5,

    /// <summary>What it would create exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota or a space is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that it needs; repeating it alone will not help.</summary>
    FailedPrecondition = 9,

    /// <summary>It met another that does the like; repeating it as a whole may help.</summary>
    Aborted = 10,

    /// <summary>It reached past the end of a range.</summary>
    OutOfRange = 11,

    /// <summary>The server does not know or not offer it.</summary>
    Unimplemented = 12,

    /// <summary>Something is broken that must hold.</summary>
    Internal = 13,

    /// <summary>The service cannot be reached or serve now; repeating it later may help.</summary>
    Unavailable = 14,

    /// <summary>Data was lost or spoiled for good.</summary>
    DataLoss = 15,

    /// <summary>The caller has not shown who it is.</summary>
    Unauthenticated = 16,
}
