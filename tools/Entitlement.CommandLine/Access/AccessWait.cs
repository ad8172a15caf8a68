using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Stub = Entitlement.V1.AccessService.AccessServiceClient;

namespace Entitlement.CommandLine.Access;

/// <summary><c>--wait</c> of the commands that change who may do what.</summary>
internal static class AccessWait
{
    public static readonly Option<bool> Option = new("--wait")
    {
        Description = "Return when it is effective at every server, and say since when.",
    };

    /// <summary>
    /// Told by the contract: what changes access answers with a consistency token, and what only asks about access is all in
    /// one service. Who ends their own session or sets a password has nothing left to ask with, and gets no token.
    /// </summary>
    public static bool IsFor(MethodDescriptor rpc) =>
        rpc.OutputType.FindFieldByName("consistency_token") is not null && rpc.Service != AccessService.Descriptor;

    /// <summary>Waits, where it is asked for, until what was done just now is effective everywhere.</summary>
    public static async Task RunAsync(
        ParseResult parse, Connection connection, Screen screen, CancellationToken cancellation)
    {
        // False, too, for a command that has no such option.
        if (!parse.GetValue(Option))
        {
            return;
        }

        try
        {
            var answer = await screen.WaitAsync(() => connection.CallAsync<AwaitAccessChangeRequest, AwaitAccessChangeResponse>(
                AccessCommands.Rpc(nameof(Stub.AwaitAccessChange)), new AwaitAccessChangeRequest(), cancellation));
            screen.Note($"Effective everywhere since {FieldText.Time(answer.EffectiveTime)}.");
        }
        catch (RpcException)
        {
            // The credentials may be what was ended.
            screen.Note("It is done; but since when it is effective everywhere could not be learned:");
            throw;
        }
    }
}
