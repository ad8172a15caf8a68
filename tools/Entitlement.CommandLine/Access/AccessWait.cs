using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.AccessService.AccessServiceClient;

namespace Entitlement.CommandLine.Access;

/// <summary><c>--wait</c> of the commands that take access away.</summary>
internal static class AccessWait
{
    public static readonly Option<bool> Option = new("--wait")
    {
        Description = "Return when it is effective at every server, and say since when.",
    };

    /// <summary>Waits, where it is asked for, until what was done just now is effective everywhere.</summary>
    public static async Task RunAsync(
        ParseResult parse, Connection connection, Screen screen, CancellationToken cancellation)
    {
        if (!parse.GetValue(Option))
        {
            return;
        }

        var answer = await screen.WaitAsync(() => connection.CallAsync<AwaitAccessChangeRequest, AwaitAccessChangeResponse>(
            AccessCommands.Rpc(nameof(Stub.AwaitAccessChange)), new AwaitAccessChangeRequest(), cancellation));
        screen.Note($"Effective everywhere since {FieldText.Time(answer.EffectiveTime)}.");
    }
}
