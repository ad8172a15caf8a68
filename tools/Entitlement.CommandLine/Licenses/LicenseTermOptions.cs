using System.CommandLine;
using Entitlement.CommandLine.Invocation;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Option = System.CommandLine.Option;

namespace Entitlement.CommandLine.Licenses;

/// <summary>What a license grants, as options: each with the field that it sets.</summary>
internal static class LicenseTermOptions
{
    private static readonly Option<string> Edition = new("--edition") { HelpName = "TEXT", Description = "Edition, as the product understands it." };
    private static readonly Option<int> Machines = Number("--machines", "How many machines may be activated at once. [default: 1]");
    private static readonly Option<int> MachineOverage = Number(
        "--machine-overage", "How many machines above that are not refused. [default: 0]");

    private static readonly Option<int> MachineMatch = Number(
        "--machine-match", "How many kinds of hardware component must match offline, 1 to 7. [default: 2]");

    private static readonly Option<int> ReleaseLimit = Number(
        "--release-limit", "How many activations may be released by hand within 365 days. [default: 5]");

    private static readonly Option<ActivationMode> Mode = new("--mode")
    {
        Description = "Who may take seats: self-service (whoever holds a valid request), portal-only, approval. [default: self-service]",
        HelpName = "MODE",
        CustomParser = FeatureLines.ParseMode,
        CompletionSources = { FeatureLines.ModeNames },
    };

    private static readonly Option<Moment> End = Time("--end", "When the license ends. [default: never]");
    private static readonly Option<Moment> CareEnd = Time("--care-end", "When care (maintenance) ends. [default: never]");

    private static readonly Option<bool> PerpetualOffline = new("--perpetual-offline")
    {
        Description = "License files have no end of their own, for machines that never reach the service again.",
    };

    private static readonly (Option Option, string Field, Action<ParseResult, License> Set)[] Terms =
    [
        (Edition, "edition", (parse, license) => license.Edition = parse.GetValue(Edition) ?? ""),
        (Mode, "activation_mode", (parse, license) => license.ActivationMode = parse.GetValue(Mode)),
        (Machines, "machine_limit", (parse, license) => license.MachineLimit = parse.GetValue(Machines)),
        (MachineOverage, "machine_overage", (parse, license) => license.MachineOverage = parse.GetValue(MachineOverage)),
        (MachineMatch, "machine_match", (parse, license) => license.MachineMatch = parse.GetValue(MachineMatch)),
        (ReleaseLimit, "release_limit", (parse, license) => license.ReleaseLimit = parse.GetValue(ReleaseLimit)),
        (End, "end_time", (parse, license) => license.EndTime = parse.GetValue(End).ToTimestamp()),
        (CareEnd, "care_end_time", (parse, license) => license.CareEndTime = parse.GetValue(CareEnd).ToTimestamp()),
        (PerpetualOffline, "perpetual_offline", (parse, license) => license.PerpetualOffline = parse.GetValue(PerpetualOffline)),
    ];

    public static void AddTo(Command command)
    {
        foreach (var (option, _, _) in Terms)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Sets what was given on the command line, and tells which fields those are.</summary>
    public static FieldMask Fill(ParseResult parse, License license)
    {
        var given = new FieldMask();
        foreach (var (option, field, set) in Terms)
        {
            if (parse.GetResult(option) is { Implicit: false })
            {
                set(parse, license);
                given.Paths.Add(field);
            }
        }

        return given;
    }

    private static Option<int> Number(string name, string description) =>
        new(name) { HelpName = "NUMBER", Description = description };

    private static Option<Moment> Time(string name, string description) => new(name)
    {
        HelpName = "DATE",
        Description = $"{description} 2027-01-31, 2027-01-31T12:00:00Z, +365d or never.",
        CustomParser = result =>
            new Moment(result.Tokens.Single().Value == "never" ? null : Durations.ParseTime(result, TimeProvider.System)),
    };

    /// <summary>A parser of options may not give null for what is given.</summary>
    /// <param name="Time">Null for never.</param>
    private readonly record struct Moment(DateTimeOffset? Time)
    {
        public Timestamp? ToTimestamp() => Time is { } time ? Timestamp.FromDateTimeOffset(time) : null;
    }
}
