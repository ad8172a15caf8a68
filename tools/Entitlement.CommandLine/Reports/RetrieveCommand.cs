using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Estate;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Entitlement.CommandLine.Reports;

/// <summary>Writes what comes as a stream of bytes into a file, whole or not at all.</summary>
internal sealed class RetrieveCommand<TRequest, TResponse> : Command, IRpcCommand
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    private readonly Action<ParseResult, TRequest> _fill;
    private readonly Func<TResponse, ByteString> _content;

    private readonly Option<string> _output = new("--out")
    {
        Description = "Where to write it; - is standard output.",
        HelpName = "FILE",
        Required = true,
    };

    public RetrieveCommand(
        string name,
        string description,
        MethodDescriptor rpc,
        Action<ParseResult, TRequest> fill,
        Func<TResponse, ByteString> content)
        : base(name, description)
    {
        Rpc = rpc;
        _fill = fill;
        _content = content;
        Options.Add(_output);
        SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
    }

    public MethodDescriptor Rpc { get; }

    private async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var path = parse.GetRequiredValue(_output);
        var request = new TRequest();
        _fill(parse, request);
        var screen = Screen.Of(parse);
        using var connection = Connection.Open(parse);
        try
        {
            if (path == "-")
            {
                await using var standard = Console.OpenStandardOutput();
                await screen.WaitAsync(() => WriteAsync(connection, request, standard, cancellation));
                return ExitCode.Ok;
            }

            var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
            try
            {
                long bytes;
                await using (var file = PrivateFile.Create(temporary))
                {
                    bytes = await screen.WaitAsync(() => WriteAsync(connection, request, file, cancellation));
                }

                File.Move(temporary, path, overwrite: true);
                screen.Note(FormattableString.Invariant($"{bytes} bytes in {path}."));
            }
            finally
            {
                File.Delete(temporary);
            }

            return ExitCode.Ok;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(path, cause);
        }
    }

    private async Task<long> WriteAsync(Connection connection, TRequest request, Stream output, CancellationToken cancellation)
    {
        var bytes = 0L;
        await foreach (var part in connection.Stream<TRequest, TResponse>(Rpc, request, cancellation))
        {
            var content = _content(part);
            await output.WriteAsync(content.Memory, cancellation);
            bytes += content.Length;
        }

        return bytes;
    }
}
