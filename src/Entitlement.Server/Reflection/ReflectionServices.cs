using Google.Protobuf;
using Grpc.Core;
using Grpc.Reflection.V1;
using Alpha = Grpc.Reflection.V1Alpha;

namespace Entitlement.Server.Reflection;

/// <summary>
/// gRPC server reflection, version v1 (github.com/grpc/grpc, doc/server-reflection.md). Written here because its package
/// is not on every registry.
/// </summary>
internal sealed class ReflectionService(ReflectionCatalogue catalogue) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        var conversation = new ReflectionConversation(catalogue);
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(conversation.Answer(requestStream.Current), context.CancellationToken);
        }
    }
}

/// <summary>The same by its former name, which many tools still ask for. The messages of the two are the same on the wire.</summary>
internal sealed class ReflectionAlphaService(ReflectionCatalogue catalogue) : Alpha.ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<Alpha.ServerReflectionRequest> requestStream,
        IServerStreamWriter<Alpha.ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        var conversation = new ReflectionConversation(catalogue);
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var request = ServerReflectionRequest.Parser.ParseFrom(requestStream.Current.ToByteArray());
            var response = Alpha.ServerReflectionResponse.Parser.ParseFrom(conversation.Answer(request).ToByteArray());
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }
}
