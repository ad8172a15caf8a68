using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Entitlement.CommandLine.Access;
using Entitlement.CommandLine.Accounts;
using Entitlement.CommandLine.Activations;
using Entitlement.CommandLine.Audit;
using Entitlement.CommandLine.Completion;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Estate;
using Entitlement.CommandLine.Files;
using Entitlement.CommandLine.Groups;
using Entitlement.CommandLine.Health;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Keys;
using Entitlement.CommandLine.Licenses;
using Entitlement.CommandLine.Notifications;
using Entitlement.CommandLine.Products;
using Entitlement.CommandLine.Projects;
using Entitlement.CommandLine.Reports;
using Entitlement.CommandLine.Roles;
using Entitlement.CommandLine.Rpc;
using Entitlement.CommandLine.ServiceAccounts;
using Entitlement.CommandLine.SignIn;
using Entitlement.CommandLine.Trials;
using Entitlement.CommandLine.Users;
using Entitlement.Formats;
using Entitlement.Signing;
using Grpc.Core;

namespace Entitlement.CommandLine;

/// <summary>The whole command, and the one place where whatever ends it becomes an exit code.</summary>
internal static class Entitle
{
    public static RootCommand CreateRoot() => Complete(
        new RootCommand("License activation and entitlements from the command line")
        {
            ProductCommands.Create(),
            AccountCommands.Create(),
            new SignInCommand(),
            new SignOutCommand(),
            SessionCommands.CreateSessions(),
            SessionCommands.CreatePassword(),
            ServiceAccountCommands.Create(),
            UserCommands.Create(),
            GroupCommands.Create(),
            UserCommands.CreateWhoAmI(),
            RoleCommands.Create(),
            AssignmentCommands.Create(),
            LicenseCommands.Create(),
            ActivationCommands.Create(),
            ParkedRequestCommands.Create(),
            TrialCommands.Create(),
            ProjectCommands.Create(),
            WaveCommands.Create(),
            BatchCommands.Create(),
            RequestCommand.Create(),
            PreviewCommand.Create(),
            ActivateCommand.Create(),
            ActivateCommand.CreateRefresh(),
            ReturnCommand.Create(),
            DeactivateCommand.Create(),
            StatusCommand.Create(),
            RenewCommand.Create(),
            VerifyCommand.Create(),
            InspectCommand.Create(),
            new ImportCommand(),
            new ExportCommand(),
            AccessCommands.Create(),
            AuditCommands.Create(),
            ReportCommands.Create(),
            MessageCommands.Create(),
            KeyCommands.Create(),
            HealthCommand.Create(),
            CompletionCommand.Create(),
        });

    /// <summary>Gives a tool the options that every command takes, and exit codes in its help.</summary>
    public static RootCommand Complete(RootCommand root)
    {
        foreach (var option in GlobalOptions.All)
        {
            root.Options.Add(option);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExitCodes((HelpAction)help.Action!);
        return root;
    }

    public static async Task<int> RunAsync(RootCommand root, string[] arguments, InvocationConfiguration configuration)
    {
        var parse = root.Parse(arguments);
        if (parse.Action is ParseErrorAction)
        {
            return (int)FailureReport.TellWrongUse(parse, configuration.Error);
        }

        CommandFailure failure;
        try
        {
            return await parse.InvokeAsync(configuration);
        }
        catch (CommandFailure told)
        {
            failure = told;
        }
        catch (OperationCanceledException)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (RpcException cancelled) when (cancelled.StatusCode == StatusCode.Cancelled && Refusal.IsOfTransport(cancelled))
        {
            return (int)ExitCode.Interrupted;
        }
        catch (RpcException refused)
        {
            failure = Refusal.ToFailure(refused, GlobalOptions.Address(parse));
        }
        catch (FileFormatException invalid)
        {
            failure = new CommandFailure(
                ExitCode.FileInvalid, FileFormatException.Name(invalid.Code), $"{invalid.Member} {invalid.Rule}.", invalid.Remedy, invalid);
        }
        catch (Exception local) when (local is IOException or UnauthorizedAccessException or InvalidDataException or KeyStoreException)
        {
            failure = new CommandFailure(ExitCode.LocalFile, "LOCAL_FILE", local.Message, cause: local);
        }
        catch (Exception fault)
        {
            // The outermost layer: nothing may end as a stack trace without a word.
            failure = new CommandFailure(
                ExitCode.Fault, "FAULT", $"A fault of entitle: {fault.Message}", $"Please report it with this:\n{fault}", fault);
        }

        return (int)FailureReport.Tell(failure, parse, configuration.Error);
    }

    private sealed class HelpWithExitCodes(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Exit codes:");
            foreach (var (code, meaning) in ExitCodes.Table)
            {
                output.WriteLine($"  {(int)code,-4} {meaning}");
            }

            return result;
        }
    }
}
