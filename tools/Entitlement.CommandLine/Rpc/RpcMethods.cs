using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Entitlement.CommandLine.Rpc;

/// <summary>
/// Makes the callable method of an RPC from its descriptor, so that a command names its RPC once and what is said of it
/// (its name, its fields) is what is called.
/// </summary>
internal static class RpcMethods
{
    private static readonly ConcurrentDictionary<string, IMethod> Made = new(StringComparer.Ordinal);

    public static Method<TRequest, TResponse> Of<TRequest, TResponse>(MethodDescriptor rpc)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        (Method<TRequest, TResponse>)Made.GetOrAdd(
            rpc.FullName,
            _ => new Method<TRequest, TResponse>(
                (rpc.IsClientStreaming, rpc.IsServerStreaming) switch
                {
                    (true, true) => MethodType.DuplexStreaming,
                    (true, false) => MethodType.ClientStreaming,
                    (false, true) => MethodType.ServerStreaming,
                    (false, false) => MethodType.Unary,
                },
                rpc.Service.FullName,
                rpc.Name,
                Marshaller<TRequest>(rpc.InputType),
                Marshaller<TResponse>(rpc.OutputType)));

    private static Marshaller<T> Marshaller<T>(MessageDescriptor type)
        where T : class, IMessage<T>, new() =>
        type.ClrType == typeof(T)
            ? Marshallers.Create(message => message.ToByteArray(), bytes => new MessageParser<T>(() => new T()).ParseFrom(bytes))
            : throw new ArgumentException($"The RPC speaks {type.FullName}, not {typeof(T)}.", nameof(type));
}
