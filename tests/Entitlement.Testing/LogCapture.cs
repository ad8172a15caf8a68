using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Entitlement.Testing;

/// <summary>Keeps all that a server writes to its log, with every value and exception in it.</summary>
public sealed class LogCapture : ILoggerProvider
{
    /// <summary>Nothing that a test waits for takes as long, however busy the machine is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<LogLine> _lines = new();
    private readonly ConcurrentBag<(int EventId, int Count, TaskCompletionSource Reached)> _awaited = [];

    public IReadOnlyList<LogLine> Lines => [.. _lines];

    /// <summary>Everything in one text, to be searched for what must not stand in it.</summary>
    public string Text => string.Join('\n', Lines);

    /// <summary>Ends when as many lines of an event have been written since the beginning.</summary>
    /// <exception cref="TimeoutException">They are not for a minute.</exception>
    public Task ReachAsync(int eventId, int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited.Add((eventId, count, reached));
        TellAwaited(eventId);
        return reached.Task.WaitAsync(Patience);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void Dispose()
    {
    }

    private void Add(LogLine line)
    {
        _lines.Enqueue(line);
        TellAwaited(line.EventId);
    }

    private void TellAwaited(int eventId)
    {
        foreach (var (_, count, reached) in _awaited.Where(one => one.EventId == eventId && !one.Reached.Task.IsCompleted))
        {
            if (_lines.Count(line => line.EventId == eventId) >= count)
            {
                reached.TrySetResult();
            }
        }
    }

    private sealed class Logger(string category, LogCapture capture) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state is IEnumerable<KeyValuePair<string, object?>> pairs
                ? string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}"))
                : "";
            capture.Add(new LogLine(category, logLevel, eventId.Id, formatter(state, exception), values, exception));
        }
    }
}

/// <summary>One line of a log.</summary>
/// <param name="Values">The structured values, as a sink writes them that keeps them apart from the text.</param>
public sealed record LogLine(string Category, LogLevel Level, int EventId, string Message, string Values, Exception? Exception);
