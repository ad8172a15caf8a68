using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Files;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;

namespace Entitlement.CommandLine.Audit;

/// <summary><c>entitle audit head --out FILE</c>: how far the trail reaches, signed, to be kept elsewhere.</summary>
internal sealed class AuditHeadCommand : Command, IRpcCommand
{
    private readonly Option<string?> _output = new("--out")
    {
        Description = "Where to write the head; - is standard output. Keep it where nobody can write who can write the database.",
        HelpName = "FILE",
    };

    public AuditHeadCommand()
        : base("head", "Show how far the audit trail reaches, and save it signed")
    {
        Options.Add(_output);
        SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
    }

    public MethodDescriptor Rpc { get; } = AuditCommands.Rpc(nameof(AuditService.AuditServiceClient.GetAuditHead));

    private async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var screen = Screen.Of(parse);
        using var connection = Connection.Open(parse);
        var answer = await screen.WaitAsync(() => connection.CallAsync<GetAuditHeadRequest, GetAuditHeadResponse>(
            Rpc, new GetAuditHeadRequest(), cancellation));
        if (parse.GetValue(_output) is { } path)
        {
            await LocalFiles.WriteAsync(path, answer.Head.Content.Memory, cancellation);
            if (path == "-")
            {
                return ExitCode.Ok;
            }
        }

        return ResourceView.Show(screen, answer);
    }
}
