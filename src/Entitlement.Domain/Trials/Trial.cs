using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Trials;

/// <summary>
/// That a machine tries a product: once for each machine and product, whichever installation and trial license asks. It
/// is kept for ever, because a machine that has tried is not to try again.
/// </summary>
public sealed class Trial
{
    /// <summary>
    /// How many marks of hardware are kept of one machine, so that nobody fills the disk by making some up.
    /// </summary>
    public const int MaxHardwareMarks = 128;

    /// <summary>How far from now an extension may reach.</summary>
    public static readonly TimeSpan MaxExtension = TimeSpan.FromDays(365);

    private Trial()
    {
    }

    /// <summary>Unique over all accounts: the trial is the machine's, which may ask for licenses of several.</summary>
    public Guid Id { get; private init; }

    /// <summary>The account that holds <see cref="LicenseId"/>.</summary>
    public Guid AccountId { get; private init; }

    /// <summary>The trial license on which it began.</summary>
    public Guid LicenseId { get; private init; }

    public Guid ProductId { get; private init; }

    /// <summary>What the machine called itself when it began; for people.</summary>
    public string MachineName { get; private init; } = "";

    public DateTimeOffset StartTime { get; private init; }

    public DateTimeOffset EndTime { get; private set; }

    /// <summary>How often its end was put off.</summary>
    public int Extensions { get; private set; }

    /// <summary>How many marks of hardware lead to it.</summary>
    public int HardwareMarks { get; private set; }

    /// <summary>Whether one of them tells its machine by itself; see <see cref="MachineMark.IsFirm"/>.</summary>
    public bool IsFirm { get; private set; }

    /// <summary>Raised by every change, and guards the row.</summary>
    public int Revision { get; private set; }

    public TrialName Name => new(AccountId, LicenseId, Id);

    /// <param name="license">The trial license.</param>
    /// <param name="machine">The machine that begins.</param>
    /// <param name="now">When.</param>
    internal static Trial Begin(License license, MachineFacts machine, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        AccountId = license.AccountId,
        LicenseId = license.Id,
        ProductId = license.ProductId,
        MachineName = machine.MachineName,
        StartTime = now,
        EndTime = now.AddDays(license.TrialDays),
    };

    /// <summary>One that began elsewhere, with all that leads to it.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>.</exception>
    public static (Trial Trial, IReadOnlyList<TrialMark> Marks) Import(
        License license, ImportedTrial past, DateTimeOffset now)
    {
        past.RequireConsistent(license, now);
        var trial = new Trial
        {
            Id = past.Id ?? Guid.CreateVersion7(past.StartTime),
            AccountId = license.AccountId,
            LicenseId = license.Id,
            ProductId = license.ProductId,
            MachineName = Text.Require(past.MachineName, "trial.machine_name", 0, Activation.MaxTextLength),
            StartTime = past.StartTime,
            EndTime = past.EndTime,
            Extensions = past.Extensions,
        };
        return (trial, trial.Learn(past.Marks));
    }

    /// <summary>It ends at, not after, its end.</summary>
    public bool IsOverAt(DateTimeOffset now) => now >= EndTime;

    /// <param name="license">That is asked for.</param>
    /// <param name="now">The moment of the decision.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.TrialEnded"/>.</exception>
    public void RequireRunning(License license, DateTimeOffset now)
    {
        if (IsOverAt(now))
        {
            throw Refusal.TrialEnded(license.Name, this);
        }
    }

    /// <summary>Puts its end off, also when it has come already.</summary>
    /// <returns>Whether this changed anything.</returns>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>.</exception>
    public bool Extend(DateTimeOffset end, DateTimeOffset now)
    {
        if (end == EndTime)
        {
            return false;
        }

        if (end <= EndTime || end <= now || end > now + MaxExtension)
        {
            var after = Refusal.Text(EndTime > now ? EndTime : now);
            throw Refusal.InvalidArgument(
                "end_time", $"must be after {after} and at most {MaxExtension.Days} days from now");
        }

        EndTime = end;
        Extensions++;
        Revision++;
        return true;
    }

    /// <summary>Its machine is known by these, too, from now on.</summary>
    /// <param name="marks">None of which leads anywhere yet.</param>
    internal IReadOnlyList<TrialMark> Learn(IReadOnlyCollection<MachineMark> marks)
    {
        var room = Math.Max(0, MaxHardwareMarks - HardwareMarks);
        var hardware = marks.Where(mark => mark.IsHardware).OrderBy(mark => mark.Kind).Take(room).ToList();
        HardwareMarks += hardware.Count;
        IsFirm |= hardware.Any(mark => mark.IsFirm);

        // Another key changes nothing here, so that installations of one machine do not stand in each other's way.
        Revision += hardware.Count > 0 || Revision == 0 ? 1 : 0;
        return [.. marks.Where(mark => !mark.IsHardware).Concat(hardware).Select(mark => TrialMark.Of(this, mark))];
    }
}
