using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Entitlement.CommandLine.Files;

/// <summary>A command that hands a file to the service: as a principal, or one of a product also as the product itself.</summary>
internal sealed class FileCommand<TRequest, TResponse> : Command, IRpcCommand
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    private readonly Argument<string> _file = new("FILE");

    private readonly Option<bool> _asProduct = new("--as-product")
    {
        Description = "Send no credentials, as an installed product does, although an API key is at hand.",
    };

    private readonly Option<bool> _wait = new("--wait")
    {
        Description = "Where somebody must approve the request, wait and ask again until that is decided.",
    };

    /// <param name="name">What the command is called.</param>
    /// <param name="description">What it does.</param>
    /// <param name="rpc">What it calls.</param>
    /// <param name="kind">What file it is, and the most bytes that one may have.</param>
    /// <param name="makeRequest">Makes the request of the file.</param>
    /// <param name="show">Tells the answer.</param>
    /// <param name="isOfProduct">Whether an installed product may hand in such a file without credentials.</param>
    /// <param name="mayWait">Whether somebody may have to approve it first.</param>
    public FileCommand(
        string name,
        string description,
        MethodDescriptor rpc,
        (string Name, int MaxBytes) kind,
        Func<ByteString, TRequest> makeRequest,
        Func<Screen, TResponse, ParseResult, CancellationToken, Task<ExitCode>> show,
        bool isOfProduct = true,
        bool mayWait = false)
        : base(name, description)
    {
        Rpc = rpc;
        _file.Description = $"{kind.Name}; - reads standard input.";
        Arguments.Add(_file);
        if (isOfProduct)
        {
            Options.Add(_asProduct);
        }

        if (mayWait)
        {
            Options.Add(_wait);
        }

        SetAction(async (parse, cancellation) =>
        {
            // The service judges the file, so a file that is too large is sent with one byte over the limit.
            var file = await LocalFiles.ReadAsync(parse.GetRequiredValue(_file), kind.MaxBytes, cancellation);
            var screen = Screen.Of(parse);
            using var connection = Connection.Open(parse, withoutCredentials: parse.GetValue(_asProduct));
            var request = makeRequest(ByteString.CopyFrom(file));
            var answer = await screen.WaitAsync(() => CallAsync(connection, request, parse.GetValue(_wait), cancellation));
            return (int)await show(screen, answer, parse, cancellation);
        });
    }

    public MethodDescriptor Rpc { get; }

    /// <summary>The same file again is the same request, however often it is sent.</summary>
    private async Task<TResponse> CallAsync(
        Connection connection, TRequest request, bool waits, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await connection.CallAsync<TRequest, TResponse>(Rpc, request, cancellation);
            }
            catch (RpcException parked) when (waits && Refusal.WaitForApproval(parked) is not null)
            {
                await Task.Delay(Refusal.WaitForApproval(parked)!.Value, TimeProvider.System, cancellation);
            }
        }
    }
}
