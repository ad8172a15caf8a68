using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Files;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.Formats;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.KeyService.KeyServiceClient;

namespace Entitlement.CommandLine.Keys;

/// <summary>What is signed, and whether anything is: <c>entitle keys files | status | halt | resume</c>.</summary>
internal static class IssuingCommands
{
    public static ListCommand<ListLicenseFilesRequest, ListLicenseFilesResponse> LicenseFiles()
    {
        var key = new Argument<string>("KID") { Description = "The key's id, as 'entitle keys jwks' shows it." };
        return new ListCommand<ListLicenseFilesRequest, ListLicenseFilesResponse>(
            "files",
            "List the license files that a key signed, over all accounts, oldest first",
            Rpc(nameof(Stub.ListLicenseFiles)),
            ["activation", "generation", "file_id", "issue_time"],
            (parse, request) => request.KeyId = parse.GetRequiredValue(key))
        { key };
    }

    public static RpcCommand<GetKeyRevocationListRequest, GetKeyRevocationListResponse> RevocationList() => new(
        "krl",
        "Print the service's newest list of revoked signing keys (.krl), as it is carried to where no network reaches",
        Rpc(nameof(Stub.GetKeyRevocationList)),
        (_, _) => { },
        (screen, answer) =>
        {
            if (answer.KeyRevocationList.IsEmpty)
            {
                screen.Note("No key was ever revoked, so there is no list.");
            }
            else
            {
                // One line of ASCII as it stands, with --json or without.
                screen.WriteLine(answer.KeyRevocationList.ToStringUtf8().TrimEnd());
            }

            return ExitCode.Ok;
        });

    public static RpcCommand<GetRevocationListRequest, GetRevocationListResponse> RevokedFiles() => new(
        "rl",
        "Print the service's newest list of revoked license files (.rl), as it is carried to where no network reaches",
        Rpc(nameof(Stub.GetRevocationList)),
        (_, _) => { },
        (screen, answer) =>
        {
            screen.WriteLine(answer.RevocationList.ToStringUtf8().TrimEnd());
            return ExitCode.Ok;
        });

    public static Command Publish() =>
        new FileCommand<PublishKeyRevocationListRequest, PublishKeyRevocationListResponse>(
            "publish",
            "Let the service serve a list of revoked signing keys, and sign with none of them",
            Rpc(nameof(Stub.PublishKeyRevocationList)),
            ("List that 'entitle keys revoke' made (.krl)", RevokedKeyList.MaxBytes),
            file => new PublishKeyRevocationListRequest { KeyRevocationList = file, RequestId = $"{Guid.NewGuid()}" },
            (screen, answer, _, _) => Task.FromResult(Show(screen, answer, answer.Status)),
            isOfProduct: false);

    public static RpcCommand<GetIssuingStatusRequest, GetIssuingStatusResponse> Status() => new(
        "status",
        "Tell whether license files are issued",
        Rpc(nameof(Stub.GetIssuingStatus)),
        (_, _) => { },
        (screen, answer) => Show(screen, answer, answer.Status));

    public static RpcCommand<HaltIssuingRequest, HaltIssuingResponse> Halt()
    {
        var reason = Reason("Why, for other administrators and the audit trail; products are not told.");
        return new RpcCommand<HaltIssuingRequest, HaltIssuingResponse>(
            "halt",
            "Halt the issuing of license files on all servers; everything else goes on",
            Rpc(nameof(Stub.HaltIssuing)),
            (parse, request) =>
            {
                request.Reason = parse.GetRequiredValue(reason);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => Show(screen, answer, answer.Status))
        { reason, RequestId.Option };
    }

    public static RpcCommand<ResumeIssuingRequest, ResumeIssuingResponse> Resume()
    {
        var reason = Reason("Why, for the audit trail.");
        return new RpcCommand<ResumeIssuingRequest, ResumeIssuingResponse>(
            "resume",
            "Let license files be issued again",
            Rpc(nameof(Stub.ResumeIssuing)),
            (parse, request) =>
            {
                request.Reason = parse.GetRequiredValue(reason);
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => Show(screen, answer, answer.Status))
        { reason, RequestId.Option };
    }

    internal static MethodDescriptor Rpc(string name) => KeyService.Descriptor.FindMethodByName(name);

    // A status without a halt has no line of its own that could be shown.
    private static ExitCode Show(Screen screen, IMessage answer, IssuingStatus status)
    {
        if (screen.IsJson || screen.Field is not null)
        {
            return ResourceView.Show(screen, answer);
        }

        screen.WriteDetails(status.Halt is { } halt
            ? [("Issuing", "halted"), .. ResourceView.Lines(halt)]
            : [("Issuing", "goes on")]);
        if (status.RevocationListNumber > 0)
        {
            screen.WriteDetails(ResourceView.Lines(status).Where(line => line.Label.StartsWith("Revocation", StringComparison.Ordinal)));
        }

        var fields = SigningKey.Descriptor.Fields.InDeclarationOrder();
        screen.WriteTable(
            [.. fields.Select(field => FieldText.Label(field.Name))],
            status.SigningKeys.Select(key => fields.Select(field => FieldText.Value(key, field)).ToArray()));
        return ExitCode.Ok;
    }

    private static Option<string> Reason(string description) =>
        new("--reason") { Description = description, HelpName = "TEXT", Required = true };
}
