namespace Grpc.Core;

/// <summary>The result of a call: a code, and a text for people.</summary>
public struct Status
{
    /// <summary>Success, with no text.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, string.Empty);

    /// <summary>Cancelled, with no text.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, string.Empty);

    /// <param name="statusCode">How the call ended.</param>
    /// <param name="detail">What to tell the other side.</param>
    public Status(StatusCode statusCode, string detail)
        : this(statusCode, detail, null)
    {
    }

    /// <param name="statusCode">How the call ended.</param>
    /// <param name="detail">What to tell the other side.</param>
    /// <param name="debugException">What brought it about on this side; never sent.</param>
    public Status(StatusCode statusCode, string detail, Exception? debugException)
    {
        StatusCode = statusCode;
        Detail = detail;
        DebugException = debugException;
    }

    /// <summary>How the call ended.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>A text for people, from the side that ended the call.</summary>
    public string Detail { get; }

    /// <summary>For debugging, what brought it about on this side; null when nothing is known. It is never sent.</summary>
    public Exception? DebugException { get; }

    /// <summary>Code, text and, when there is one, the exception.</summary>
    public override string ToString()
    {
        var debug = DebugException is null ? string.Empty : $", DebugException=\"{DebugException}\"";
        return $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\"{debug})";
    }
}
