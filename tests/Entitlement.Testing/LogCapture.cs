using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Entitlement.Testing;

/// <summary>Keeps all that a server writes to its log, with every value and exception in it.</summary>
public sealed class LogCapture : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyList<LogLine> Lines => [.. _lines];

    /// <summary>Everything in one text, to be searched for what must not stand in it.</summary>
    public string Text => string.Join('\n', Lines);

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<LogLine> lines) : ILogger
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
            lines.Enqueue(new LogLine(category, logLevel, eventId.Id, formatter(state, exception), values, exception));
        }
    }
}

/// <summary>One line of a log.</summary>
/// <param name="Values">The structured values, as a sink writes them that keeps them apart from the text.</param>
public sealed record LogLine(string Category, LogLevel Level, int EventId, string Message, string Values, Exception? Exception);
