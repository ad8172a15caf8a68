using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Google.Protobuf;
using Google.Protobuf.Reflection;

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

    /// <param name="name">What the command is called.</param>
    /// <param name="description">What it does.</param>
    /// <param name="rpc">What it calls.</param>
    /// <param name="kind">What file it is, and the most bytes that one may have.</param>
    /// <param name="makeRequest">Makes the request of the file.</param>
    /// <param name="show">Tells the answer.</param>
    /// <param name="isOfProduct">Whether an installed product may hand in such a file without credentials.</param>
    public FileCommand(
        string name,
        string description,
        MethodDescriptor rpc,
        (string Name, int MaxBytes) kind,
        Func<ByteString, TRequest> makeRequest,
        Func<Screen, TResponse, ParseResult, CancellationToken, Task<ExitCode>> show,
        bool isOfProduct = true)
        : base(name, description)
    {
        Rpc = rpc;
        _file.Description = $"{kind.Name}; - reads standard input.";
        Arguments.Add(_file);
        if (isOfProduct)
        {
            Options.Add(_asProduct);
        }

        SetAction(async (parse, cancellation) =>
        {
            // The service judges the file, so a file that is too large is sent with one byte over the limit.
            var file = await LocalFiles.ReadAsync(parse.GetRequiredValue(_file), kind.MaxBytes, cancellation);
            var screen = Screen.Of(parse);
            using var connection = Connection.Open(parse, withoutCredentials: parse.GetValue(_asProduct));
            var request = makeRequest(ByteString.CopyFrom(file));
            var answer = await screen.WaitAsync(() => connection.CallAsync<TRequest, TResponse>(rpc, request, cancellation));
            return (int)await show(screen, answer, parse, cancellation);
        });
    }

    public MethodDescriptor Rpc { get; }
}
