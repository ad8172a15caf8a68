using System.Buffers;
using System.Text;
using Entitlement.Compat.Tests.Protos;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

namespace Entitlement.Compat.Tests.Channels;

public sealed class MethodTests
{
    private static readonly Method<string, string> Shout =
        new(MethodType.Unary, "by.Hand", "Shout", Marshallers.StringMarshaller, Marshallers.StringMarshaller);

    [Fact]
    public void A_method_knows_its_path()
    {
        Assert.Equal(MethodType.Unary, Shout.Type);
        Assert.Equal("by.Hand", Shout.ServiceName);
        Assert.Equal("Shout", Shout.Name);
        Assert.Equal("/by.Hand/Shout", Shout.FullName);
        Assert.Same(Marshallers.StringMarshaller, Shout.RequestMarshaller);
        Assert.Same(Marshallers.StringMarshaller, Shout.ResponseMarshaller);
    }

    [Fact]
    public async Task A_service_made_by_hand_is_served()
    {
        var definition = ServerServiceDefinition.CreateBuilder()
            .AddMethod(Shout, (request, _) => Task.FromResult(request.ToUpperInvariant()))
            .Build();
        await using var host = await EchoHost.StartAsync(app => app.MapGrpcService(definition));
        var invoker = host.OpenChannel().CreateCallInvoker();

        Assert.Equal("GRÜN", await invoker.AsyncUnaryCall(Shout, null, new CallOptions(), "grün"));
    }

    [Theory]
    [MemberData(nameof(Calls.EveryKind), MemberType = typeof(Calls))]
    public async Task A_generated_service_can_be_bound_as_a_definition(MethodType kind)
    {
        var definition = Echo.BindService(new EchoService());
        await using var host = await EchoHost.StartAsync(app => app.MapGrpcService(definition));

        Assert.Equal("text", await host.OpenClient().MakeAsync(kind));
    }

    [Fact]
    public void A_definition_takes_each_method_once()
    {
        var builder = ServerServiceDefinition.CreateBuilder().AddMethod(Shout, (request, _) => Task.FromResult(request));

        Assert.Throws<ArgumentException>(() => builder.AddMethod(Shout, (request, _) => Task.FromResult(request)));
    }

    [Fact]
    public void A_generated_service_hands_its_methods_to_a_binder_without_an_instance()
    {
        var binder = new ListBinder();

        Echo.BindService(binder, null);
        Echo.BindService(new EchoService()).BindService(binder);

        string[] expected = ["Unary Unary", "ClientStreaming Collect", "ServerStreaming Repeat", "DuplexStreaming Chat"];
        Assert.Equal([.. expected, .. expected], binder.Methods);
    }

    [Fact]
    public void A_generated_service_says_how_it_is_bound()
    {
        var attribute = (BindServiceMethodAttribute?)Attribute.GetCustomAttribute(
            typeof(EchoService), typeof(BindServiceMethodAttribute));

        Assert.Equal(typeof(Echo), attribute?.BindType);
        Assert.Equal("BindService", attribute?.BindMethodName);
    }

    [Fact]
    public void A_marshaller_of_arrays_serves_those_who_ask_for_contexts()
    {
        var context = new MemoryContext();
        var marshaller = Marshallers.StringMarshaller;

        marshaller.ContextualSerializer("text", context);

        Assert.Equal("text"u8, context.Bytes);
        Assert.Equal("text", marshaller.ContextualDeserializer(new MemorySource(context.Bytes)));
    }

    [Fact]
    public void A_marshaller_of_contexts_serves_those_who_ask_for_arrays()
    {
        var writer = Marshallers.Create<string>(
            (text, context) =>
            {
                context.SetPayloadLength(text.Length);
                context.GetBufferWriter().Write(Encoding.ASCII.GetBytes(text));
                context.Complete();
            },
            context => $"{context.PayloadLength}:{Encoding.ASCII.GetString(context.PayloadAsReadOnlySequence())}");
        var array = Marshallers.Create<string>(
            (text, context) => context.Complete(Encoding.ASCII.GetBytes(text)),
            context => Encoding.ASCII.GetString(context.PayloadAsNewBuffer()));

        Assert.Equal("text"u8, writer.Serializer("text"));
        Assert.Equal("4:text", writer.Deserializer("text"u8.ToArray()));
        Assert.Equal("text"u8, array.Serializer("text"));
        Assert.Equal("text", array.Deserializer("text"u8.ToArray()));
    }

    [Fact]
    public void A_serializer_must_complete_its_message_once()
    {
        var never = Marshallers.Create<string>((_, _) => { }, _ => "");
        var twice = Marshallers.Create<string>(
            (_, context) =>
            {
                context.Complete([]);
                context.Complete([]);
            },
            _ => "");

        Assert.Throws<InvalidOperationException>(() => never.Serializer("text"));
        Assert.Throws<InvalidOperationException>(() => twice.Serializer("text"));
    }

    private sealed class ListBinder : ServiceBinderBase
    {
        public List<string> Methods { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            Methods.Add($"{method.Type} {method.Name}");

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            Methods.Add($"{method.Type} {method.Name}");

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            Methods.Add($"{method.Type} {method.Name}");

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            Methods.Add($"{method.Type} {method.Name}");
    }

    private sealed class MemoryContext : SerializationContext
    {
        public byte[] Bytes { get; private set; } = [];

        public override void Complete(byte[] payload) => Bytes = payload;
    }

    private sealed class MemorySource(byte[] bytes) : DeserializationContext
    {
        public override int PayloadLength => bytes.Length;

        public override byte[] PayloadAsNewBuffer() => [.. bytes];
    }
}
