using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.Trials;
using Entitlement.Formats;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.V1;
using Trial = Entitlement.Domain.Trials.Trial;

namespace Entitlement.Server.Estate;

internal sealed class TrialRecord : ImportRecord
{
    private const string Kind = "trial";
    private const int MaxThumbprints = 1_000;

    private readonly EstateTrial _wanted;
    private readonly TrialName? _name;
    private readonly ImportedTrial _past;

    public TrialRecord(EstateTrial wanted)
    {
        RequireOneOf(Kind, ("license_ref", wanted.LicenseRef), ("license", wanted.License), ("name", wanted.Name));
        _wanted = wanted;
        _name = wanted.Name.Length > 0 ? TrialName.Parse(wanted.Name, "trial.name") : null;
        _past = new ImportedTrial
        {
            Id = _name?.TrialId,
            MachineName = wanted.MachineName,
            StartTime = WantedLicense.ReadTime(wanted.StartTime, "trial.start_time") ?? throw Missing("start_time"),
            EndTime = WantedLicense.ReadTime(wanted.EndTime, "trial.end_time") ?? throw Missing("end_time"),
            Extensions = wanted.Extensions,
            Marks = [.. ReadMarks(wanted).Distinct()],
        };
    }

    public override async Task<Outcome> RunAsync(ImportStep step, CancellationToken cancellationToken)
    {
        OriginOf(_name?.TrialId, createTime: null, Kind).Require(Kind, step.Now);
        var (license, _) = await FindLicenseAsync(
            step, Kind, _wanted.LicenseRef, _wanted.License, _name?.License, cancellationToken);
        var known = await step.FindTrialsAsync(license.ProductId, _past.Marks, cancellationToken);
        var existing = _name is { } name ? await step.FindTrialAsync(name, cancellationToken) : null;
        existing ??= TrialPlan.TrialOf(_past.Marks, known);
        if (existing is not null)
        {
            RequireSame(existing);
            return new Outcome($"{existing.Name}", Existed: true);
        }

        // What leads to another trial goes on leading there: a weak mark that two machines have in common.
        var own = _past with { Marks = [.. _past.Marks.Except(known.Select(entry => entry.Mark))] };
        var (trial, marks) = Trial.Import(license, own, step.Now);
        step.Add(trial, marks);
        return new Outcome($"{trial.Name}", Existed: false);
    }

    /// <summary>Once it was extended here, its end is no longer what the record says.</summary>
    private void RequireSame(Trial existing)
    {
        var field = existing switch
        {
            _ when _name is { } name && name != existing.Name => "name",
            _ when existing.StartTime != _past.StartTime => "start_time",
            _ when existing.Extensions == _past.Extensions && existing.EndTime != _past.EndTime => "end_time",
            _ => null,
        };
        if (field is not null)
        {
            throw Refusal.RecordDiffers($"{existing.Name}", $"trial.{field}");
        }
    }

    private static IEnumerable<MachineMark> ReadMarks(EstateTrial wanted)
    {
        if (wanted.InstanceThumbprints.Count > MaxThumbprints)
        {
            throw Refusal.InvalidArgument("trial.instance_thumbprints", $"must be at most {MaxThumbprints}");
        }

        foreach (var thumbprint in wanted.InstanceThumbprints)
        {
            ReadHash(thumbprint, "trial.instance_thumbprints");
            yield return new MachineMark(TrialMarkKind.InstanceKey, thumbprint);
        }

        foreach (var (component, hash) in ReadHashes(wanted.Components, "trial.components"))
        {
            yield return TrialMarks.KindOf(MachineComponents.Name(component)) is { } kind
                ? new MachineMark(kind, hash)
                : throw Refusal.InvalidArgument("trial.components", "must be of board, disk, mac, os, tpm and vm");
        }
    }

    private static EntitlementException Missing(string field) =>
        Refusal.InvalidArgument($"{Kind}.{field}", "is required");
}
