using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Activations;

/// <summary>What ended an activation. Stored by number.</summary>
public enum ActivationEnd
{
    /// <summary>Its own machine returned it by a receipt.</summary>
    Returned = 1,

    /// <summary>A principal released it, because its machine could not.</summary>
    Released = 2,

    /// <summary>It was a trial, and its machine was activated on a license that was bought.</summary>
    Bought = 4,
}

/// <summary>
/// The binding of one installation to one license: the pair of license and instance key thumbprint. While it stands it
/// holds a machine seat, and a feature seat for each of its devices. One that has ended stands again when its machine
/// takes a seat again, so that generations never begin anew.
/// </summary>
public sealed partial class Activation
{
    /// <summary>How often a suspicion is noted anew.</summary>
    public static readonly TimeSpan SuspicionPeriod = TimeSpan.FromDays(1);

    private Activation()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public Guid Id { get; private init; }

    /// <summary>
    /// RFC 7638 thumbprint of the instance key: SHA-256, 32 bytes. While <see cref="AwaitsMachine"/>, what no key has.
    /// </summary>
    public byte[] Thumbprint { get; private set; } = [];

    /// <summary>What another system calls it, unique on its license; null when it has no such name.</summary>
    public string? ExternalRef { get; private init; }

    public string MachineName { get; private set; } = "";

    /// <summary>The hashed hardware components as the JSON object of the newest request.</summary>
    public string Components { get; private set; } = "{}";

    public string ProductVersion { get; private set; } = "";

    /// <summary>Date of the installed build.</summary>
    public DateOnly BuildDate { get; private set; }

    /// <summary>Raised by every change, and guards the row: of two writers that read the same one, the second fails.</summary>
    public int Revision { get; private set; }

    /// <summary>Of the newest license file; 0 when it never had one.</summary>
    public int Generation { get; private set; }

    /// <summary>
    /// Of the first license file since the seat was last taken. What a machine says of an older one is about a seat that
    /// it has given back.
    /// </summary>
    public int SeatGeneration { get; private set; }

    /// <summary>When the newest license file ends; null when it has no end.</summary>
    public DateTimeOffset? FileExpireTime { get; private set; }

    public int DeviceCount { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    public DateTimeOffset UpdateTime { get; private set; }

    /// <summary>When its seats were given back; null while it stands.</summary>
    public DateTimeOffset? EndTime { get; private set; }

    /// <summary>What ended it; null while it stands.</summary>
    public ActivationEnd? End { get; private set; }

    /// <summary>
    /// The newest license file that the machine ever told to be installed since it took its seat; 0 when it told none.
    /// It is above <see cref="Generation"/> where our database was restored.
    /// </summary>
    public int ToldGeneration { get; private set; }

    /// <summary>Whether the newest request told an older license file than the newest.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>When something last told that two installations share the key; null when nothing did.</summary>
    public DateTimeOffset? CloneSuspectedTime { get; private set; }

    /// <summary>The trial of its machine, of which it is a part; null on a license that was bought.</summary>
    public Guid? TrialId { get; private set; }

    public ActivationName Name => new(AccountId, LicenseId, Id);

    /// <summary>The newest generation that is known of, here or by the machine.</summary>
    public int NewestGeneration => Math.Max(Generation, ToldGeneration);

    internal static Activation Create(LicenseName license, MachineFacts machine, DateTimeOffset now) => new()
    {
        AccountId = license.AccountId,
        LicenseId = license.LicenseId,
        Id = Guid.CreateVersion7(now),
        Thumbprint = machine.Thumbprint,
        CreateTime = now,
    };

    /// <exception cref="EntitlementException"><see cref="FailureReason.ActivationEnded"/>.</exception>
    public void RequireStanding()
    {
        if (EndTime is { } at && End is { } end)
        {
            throw Refusal.ActivationEnded(Name, at, end);
        }
    }

    /// <summary>Ends it. The license file that its machine may still have goes on until its own end.</summary>
    /// <param name="devices">All of its devices.</param>
    /// <param name="end">What ends it.</param>
    /// <param name="now">When.</param>
    /// <returns>The seats that it gives back.</returns>
    /// <exception cref="EntitlementException"><see cref="FailureReason.ActivationEnded"/>: it has ended before.</exception>
    public IReadOnlyList<SeatLine> Finish(IEnumerable<Device> devices, ActivationEnd end, DateTimeOffset now)
    {
        RequireStanding();
        EndTime = now;
        End = end;
        DeviceCount = 0;
        Revision++;
        return
        [
            SeatLine.GivenBack(SeatLine.Machines, 1),
            .. devices.CountBy(device => device.Feature, StringComparer.Ordinal)
                .Select(feature => SeatLine.GivenBack(SeatLine.Feature(feature.Key), feature.Value)),
        ];
    }

    /// <summary>Hears which license file is installed, outside a request for another one.</summary>
    /// <param name="told">Its generation; 0 for none.</param>
    /// <returns>What tells of a second installation; null when nothing does.</returns>
    public CloneSign? Hear(int told)
    {
        var sign = SignIn(told, GenerationNotice.None);
        if (End is null && told > ToldGeneration)
        {
            ToldGeneration = told;
            Revision++;
        }

        return sign;
    }

    /// <summary>Its product reports for the first time: whoever decided without that decides anew.</summary>
    public void Meet() => Revision++;

    /// <summary>
    /// Notes that two installations may share the key; once a day at most, so that a clone fills no audit trail.
    /// </summary>
    /// <returns>Whether it was noted now.</returns>
    public bool Suspect(DateTimeOffset now)
    {
        if (now - CloneSuspectedTime < SuspicionPeriod)
        {
            return false;
        }

        CloneSuspectedTime = now;
        Revision++;
        return true;
    }

    /// <summary>What a told generation says of a second installation; null for nothing.</summary>
    /// <remarks>None installed is no sign: a license file that was lost is asked for anew.</remarks>
    internal CloneSign? SignIn(int told, GenerationNotice notice) => this switch
    {
        { End: not null } => null,
        _ when told > 0 && told < ToldGeneration => CloneSign.GenerationWentBack,
        { IsBehind: true } when told > 0 && notice == GenerationNotice.Behind => CloneSign.BehindTwice,
        _ => null,
    };

    internal void Issue(
        MachineFacts machine,
        GenerationNotice notice,
        int generation,
        DateTimeOffset? fileEnd,
        Guid? trialId,
        DateTimeOffset now)
    {
        if (Revision == 0 || End is not null || AwaitsMachine)
        {
            SeatGeneration = generation;
            ToldGeneration = 0;
        }

        ToldGeneration = Math.Max(ToldGeneration, machine.Generation);
        IsBehind = notice == GenerationNotice.Behind;

        Revision++;
        Thumbprint = machine.Thumbprint;
        EndTime = null;
        End = null;
        MachineName = machine.MachineName;
        Components = machine.Components;
        ProductVersion = machine.ProductVersion;
        BuildDate = machine.BuildDate;
        DeviceCount = machine.Devices.Count;
        Generation = generation;
        FileExpireTime = fileEnd;
        TrialId = trialId;
        UpdateTime = now;
    }
}
