using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

/// <summary>A marshaller made by hand of functions over arrays, as generated code for old runtimes has it.</summary>
internal static class ProtobufMarshaller
{
    public static Marshaller<T> For<T>(MessageParser<T> parser)
        where T : class, IMessage<T> =>
        Marshallers.Create(message => message.ToByteArray(), parser.ParseFrom);
}
