using Entitlement.Server.Access;
using Entitlement.Server.Hosting;
using Entitlement.Testing.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Probing;

/// <summary>What the probe does before it answers, and how often it was reached.</summary>
internal sealed class ProbeBehaviour(Func<ServerCallContext, Task> act)
{
    private int _calls;

    public ProbeBehaviour()
        : this(_ => Task.CompletedTask)
    {
    }

    public int Calls => _calls;

    public Task ActAsync(ServerCallContext context)
    {
        Interlocked.Increment(ref _calls);
        return act(context);
    }

    /// <summary>Adds the probe to a server, through the same door as the contract's services.</summary>
    public void AddTo(IServiceCollection services) =>
        services.AddSingleton(this).AddServed<ProbeService>(() => Probe.Descriptor);
}

/// <summary>Calls of all four kinds.</summary>
internal sealed class ProbeService(ProbeBehaviour behaviour) : Probe.ProbeBase
{
    public override Task<ProbeResponse> Unary(ProbeRequest request, ServerCallContext context) => AnswerAsync(request, context);

    public override Task<ProbeResponse> ForAnybody(ProbeRequest request, ServerCallContext context) => AnswerAsync(request, context);

    public override Task<ProbeResponse> ForProducts(ProbeRequest request, ServerCallContext context) => AnswerAsync(request, context);

    public override async Task<ProbeResponse> ClientStream(IAsyncStreamReader<ProbeRequest> requestStream, ServerCallContext context)
    {
        await behaviour.ActAsync(context);
        var response = new ProbeResponse { Caller = context.GetCaller().Actor };
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            response.Names.Add(request.Name);
        }

        return response;
    }

    public override async Task ServerStream(
        ProbeRequest request, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context) =>
        await responseStream.WriteAsync(await AnswerAsync(request, context));

    public override async Task Duplex(
        IAsyncStreamReader<ProbeRequest> requestStream, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context)
    {
        await behaviour.ActAsync(context);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new ProbeResponse { Names = { request.Name } });
        }
    }

    private async Task<ProbeResponse> AnswerAsync(ProbeRequest request, ServerCallContext context)
    {
        await behaviour.ActAsync(context);
        return new ProbeResponse
        {
            Caller = context.GetCaller().Actor,
            Names = { request.Name },
            PayloadSize = request.Payload.Length,
        };
    }
}
