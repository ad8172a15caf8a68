using System.CommandLine;
using Entitlement.CommandLine.Access;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Entitlement.CommandLine.Rpc;

/// <summary>A command that calls one RPC; a test counts on it that each RPC of the contract has one.</summary>
internal interface IRpcCommand
{
    MethodDescriptor Rpc { get; }
}

/// <summary>Fills a request from the command line, calls, and shows the answer.</summary>
internal class RpcCommand<TRequest, TResponse> : Command, IRpcCommand
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    private readonly Action<ParseResult, TRequest> _fill;
    private readonly Func<Screen, TResponse, ExitCode> _show;

    public RpcCommand(
        string name,
        string description,
        MethodDescriptor rpc,
        Action<ParseResult, TRequest> fill,
        Func<Screen, TResponse, ExitCode>? show = null)
        : base(name, description)
    {
        Rpc = rpc;
        _fill = fill;
        _show = show ?? ResourceView.Show;
        if (AccessWait.IsFor(rpc))
        {
            Options.Add(AccessWait.Option);
        }

        SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
    }

    public MethodDescriptor Rpc { get; }

    protected virtual Connection Open(ParseResult parse) => Connection.Open(parse);

    protected virtual Task<TResponse> CallAsync(
        Connection connection, TRequest request, ParseResult parse, CancellationToken cancellation) =>
        connection.CallAsync<TRequest, TResponse>(Rpc, request, cancellation);

    private async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var request = new TRequest();
        _fill(parse, request);
        RequestId.Ensure(request);
        var screen = Screen.Of(parse);
        using var connection = Open(parse);
        var answer = await screen.WaitAsync(() => CallAsync(connection, request, parse, cancellation));

        // Before anything else can fail: what is shown once must not be lost by waiting.
        var code = _show(screen, answer);
        await AccessWait.RunAsync(parse, connection, screen, cancellation);
        return code;
    }
}
