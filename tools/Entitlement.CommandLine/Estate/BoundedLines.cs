using System.Text;
using Entitlement.CommandLine.Invocation;

namespace Entitlement.CommandLine.Estate;

/// <summary>
/// Reads a text file as it comes, and gives up on a line longer than any record: what has no line ends is no such file,
/// and would fill the memory.
/// </summary>
internal sealed class BoundedLines : TextReader
{
    /// <summary>Characters; more than the service takes in one message.</summary>
    public const int MaxLine = 4 << 20;

    private readonly StreamReader _file;
    private readonly string _path;
    private readonly char[] _buffer = new char[16 << 10];
    private int _at;
    private int _end;
    private long _line = 1;
    private int _length;

    /// <param name="file">Its text; bytes that are no UTF-8 become U+FFFD.</param>
    /// <param name="path">For the failure.</param>
    public BoundedLines(Stream file, string path) =>
        (_file, _path) = (new StreamReader(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)), path);

    /// <summary>Null at the end.</summary>
    public override async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_at == _end)
            {
                (_at, _end) = (0, await ReadAsync(_buffer.AsMemory(), cancellationToken));
            }

            var rest = _buffer.AsSpan(_at, _end - _at);
            var end = rest.IndexOf('\n');
            line.Append(end < 0 ? rest : rest[..end]);
            _at += end < 0 ? rest.Length : end + 1;
            if (end >= 0 || _end == 0)
            {
                return end < 0 && line.Length == 0 ? null : line.ToString().TrimEnd('\r');
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _file.ReadAsync(buffer, cancellationToken);
        Count(buffer.Span[..read]);
        return read;
    }

    public override async Task<int> ReadAsync(char[] buffer, int index, int count) =>
        await ReadAsync(buffer.AsMemory(index, count));

    public override int Read(char[] buffer, int index, int count)
    {
        var read = _file.Read(buffer, index, count);
        Count(buffer.AsSpan(index, read));
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Count(ReadOnlySpan<char> text)
    {
        for (var end = text.IndexOf('\n'); end >= 0; end = text.IndexOf('\n'))
        {
            Require(_length + end);
            (_line, _length) = (_line + 1, 0);
            text = text[(end + 1)..];
        }

        _length += text.Length;
        Require(_length);
    }

    private void Require(int length)
    {
        if (length > MaxLine)
        {
            throw new CommandFailure(
                ExitCode.FileInvalid,
                "LINE_TOO_LONG",
                FormattableString.Invariant($"{_path}: line {_line} is longer than {MaxLine} characters."),
                "No record is so long: is this the right file, and does each of its quotes end?");
        }
    }
}
