namespace Entitlement.CommandLine.Invocation;

/// <summary>A command ends without success, and says why and what to do next.</summary>
internal sealed class CommandFailure : Exception
{
    public CommandFailure(ExitCode exitCode, string reason, string message, string? advice = null, Exception? cause = null)
        : base(message, cause)
    {
        ExitCode = exitCode;
        Reason = reason;
        Advice = advice;
    }

    public ExitCode ExitCode { get; }

    /// <summary>For programs: a reason of the service's catalogue, or one of this tool in the same spelling.</summary>
    public string Reason { get; }

    /// <summary>What to do next; null when the message says it.</summary>
    public string? Advice { get; }

    /// <summary>The gRPC status by its name; null when no call was answered.</summary>
    public string? Status { get; init; }

    /// <summary>The values in the service's message, by their names.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The wrong fields of a request, each with the rule it breaks.</summary>
    public IReadOnlyList<(string Field, string Rule)> Violations { get; init; } = [];

    public static CommandFailure Usage(string message, string? advice = null) =>
        new(ExitCode.Usage, "USAGE", message, advice);

    public static CommandFailure LocalFile(string path, Exception cause) =>
        new(ExitCode.LocalFile, "LOCAL_FILE", $"{path}: {cause.Message}", cause: cause);
}
