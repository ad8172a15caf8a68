using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.CommandLine.SignIn;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Stub = Entitlement.V1.ServiceAccountService.ServiceAccountServiceClient;

namespace Entitlement.CommandLine.ServiceAccounts;

/// <summary><c>entitle service-account …</c></summary>
internal static class ServiceAccountCommands
{
    public static Command Create() => new("service-account", "Keep portals and scripts, and their API keys")
    {
        CreateAccount(),
        ListAccounts(),
        GetAccount(),
        Disable(),
        Enable(),
        Delete(),
        new Command("key", "Make and revoke API keys") { CreateKey(), ListKeys(), RevokeKey() },
    };

    private static RpcCommand<CreateServiceAccountRequest, CreateServiceAccountResponse> CreateAccount()
    {
        var name = new Option<string>("--name") { Description = "What people call it.", HelpName = "TEXT", Required = true };
        var account = AccountOption();
        return new RpcCommand<CreateServiceAccountRequest, CreateServiceAccountResponse>(
            "create",
            "Make a service account, without any role or key",
            Rpc(nameof(Stub.CreateServiceAccount)),
            (parse, request) =>
            {
                request.Parent = Parent(parse, account);
                request.ServiceAccount = new ServiceAccount { DisplayName = parse.GetRequiredValue(name) };
                request.RequestId = RequestId.From(parse);
            })
        { name, account, RequestId.Option };
    }

    private static ListCommand<ListServiceAccountsRequest, ListServiceAccountsResponse> ListAccounts()
    {
        var account = AccountOption();
        return new ListCommand<ListServiceAccountsRequest, ListServiceAccountsResponse>(
            "list",
            "List service accounts, oldest first",
            Rpc(nameof(Stub.ListServiceAccounts)),
            ["name", "display_name", "disabled", "create_time"],
            (parse, request) => request.Parent = Parent(parse, account))
        { account };
    }

    private static RpcCommand<GetServiceAccountRequest, GetServiceAccountResponse> GetAccount()
    {
        var name = NameArgument();
        return new RpcCommand<GetServiceAccountRequest, GetServiceAccountResponse>(
            "get",
            "Show a service account",
            Rpc(nameof(Stub.GetServiceAccount)),
            (parse, request) => request.Name = Complete(parse, name))
        { name };
    }

    private static RpcCommand<DisableServiceAccountRequest, DisableServiceAccountResponse> Disable()
    {
        var name = NameArgument();
        return new RpcCommand<DisableServiceAccountRequest, DisableServiceAccountResponse>(
            "disable",
            "Refuse all calls of a service account until it is enabled again",
            Rpc(nameof(Stub.DisableServiceAccount)),
            (parse, request) => (request.Name, request.RequestId) = (Complete(parse, name), RequestId.From(parse)))
        { name, RequestId.Option };
    }

    private static RpcCommand<EnableServiceAccountRequest, EnableServiceAccountResponse> Enable()
    {
        var name = NameArgument();
        return new RpcCommand<EnableServiceAccountRequest, EnableServiceAccountResponse>(
            "enable",
            "Take the calls of a service account again",
            Rpc(nameof(Stub.EnableServiceAccount)),
            (parse, request) => (request.Name, request.RequestId) = (Complete(parse, name), RequestId.From(parse)))
        { name, RequestId.Option };
    }

    private static RpcCommand<DeleteServiceAccountRequest, DeleteServiceAccountResponse> Delete()
    {
        var name = NameArgument();
        return new RpcCommand<DeleteServiceAccountRequest, DeleteServiceAccountResponse>(
            "delete",
            "Delete a service account with its keys and roles",
            Rpc(nameof(Stub.DeleteServiceAccount)),
            (parse, request) => (request.Name, request.RequestId) = (Complete(parse, name), RequestId.From(parse)),
            SessionCommands.Tell<DeleteServiceAccountResponse>("The service account is gone."))
        { name, RequestId.Option };
    }

    private static RpcCommand<CreateApiKeyRequest, CreateApiKeyResponse> CreateKey()
    {
        var name = NameArgument();
        var end = new Option<DateTimeOffset?>("--end")
        {
            Description = "From when on it is refused: a date, a time, or +90d for 90 days from now. [default: never]",
            HelpName = "TIME",
            CustomParser = result => Durations.ParseTime(result, TimeProvider.System),
        };
        return new RpcCommand<CreateApiKeyRequest, CreateApiKeyResponse>(
            "create",
            "Make an API key and print it, once",
            Rpc(nameof(Stub.CreateApiKey)),
            (parse, request) =>
            {
                request.Parent = Complete(parse, name);
                request.ExpireTime = parse.GetValue(end)?.ToTimestamp();
                request.RequestId = RequestId.From(parse);
            },
            ShowKey)
        { name, end, RequestId.Option };
    }

    private static ListCommand<ListApiKeysRequest, ListApiKeysResponse> ListKeys()
    {
        var name = NameArgument();
        return new ListCommand<ListApiKeysRequest, ListApiKeysResponse>(
            "list",
            "List the keys of a service account, oldest first",
            Rpc(nameof(Stub.ListApiKeys)),
            ["name", "create_time", "expire_time", "revoke_time"],
            (parse, request) => request.Parent = Complete(parse, name))
        { name };
    }

    private static RpcCommand<RevokeApiKeyRequest, RevokeApiKeyResponse> RevokeKey()
    {
        var name = new Argument<string>("KEY") { Description = "The name of a key, as 'key list' shows it." };
        return new RpcCommand<RevokeApiKeyRequest, RevokeApiKeyResponse>(
            "revoke",
            "Revoke an API key for good",
            Rpc(nameof(Stub.RevokeApiKey)),
            (parse, request) => (request.Name, request.RequestId) = (parse.GetRequiredValue(name), RequestId.From(parse)))
        { name, RequestId.Option };
    }

    private static ExitCode ShowKey(Screen screen, CreateApiKeyResponse answer)
    {
        if (screen.IsJson || screen.Field is not null)
        {
            return ResourceView.Show(screen, answer);
        }

        if (answer.Existed)
        {
            screen.Note($"{answer.ApiKey.Name} was made by an earlier call and can't be shown any more. Revoke it and make another.");
        }
        else
        {
            screen.WriteLine(answer.Secret);
            screen.Note($"This is {answer.ApiKey.Name}, shown this once.");
        }

        return ExitCode.Ok;
    }

    private static Option<string?> AccountOption() => new("--account")
    {
        Description = "accounts/ID, or the id alone. [default: the whole system]",
        HelpName = "ACCOUNT",
    };

    private static Argument<string> NameArgument() => new("SERVICE_ACCOUNT")
    {
        Description = "accounts/ID/serviceAccounts/ID, or serviceAccounts/ID or the id alone for one of the whole system.",
    };

    private static string Parent(ParseResult parse, Option<string?> account) =>
        parse.GetValue(account) is { } named ? ResourceNames.Complete("accounts", named) : "";

    private static string Complete(ParseResult parse, Argument<string> name) =>
        ResourceNames.Complete("serviceAccounts", parse.GetRequiredValue(name));

    private static MethodDescriptor Rpc(string name) => ServiceAccountService.Descriptor.FindMethodByName(name);
}
