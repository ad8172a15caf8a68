using Entitlement.Server.Tests.Activations;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.History;

/// <summary>Looks at the seats while others move them: one statement, so one moment of the database.</summary>
internal sealed class SeatWatch(ActivationStory story, HistoryRecord record) : IAsyncDisposable
{
    private readonly IDbContextFactory<EntitlementDbContext> _contexts =
        story.Host.Services.GetRequiredService<IDbContextFactory<EntitlementDbContext>>();

    private readonly SemaphoreSlim _one = new(1);
    private bool _isOver;

    public async Task LookAsync()
    {
        await _one.WaitAsync();
        try
        {
            if (!_isOver)
            {
                await using var db = await _contexts.CreateDbContextAsync();
                await LookAsync(db, record);
            }
        }
        catch (ObjectDisposedException)
        {
            // The server is being stopped, and its contexts with it.
            _isOver = true;
        }
        finally
        {
            _one.Release();
        }
    }

    public static async Task LookAsync(EntitlementDbContext db, HistoryRecord record)
    {
        var seen = await db.Licenses.Select(license => new
        {
            license.MachinesHeld,
            license.MachineLimit,
            Standing = db.Activations.Count(activation => activation.LicenseId == license.Id && activation.End == null),
            Cameras = db.FeatureLines.Where(line => line.LicenseId == license.Id && line.Code == "camera").Sum(line => line.Held),
            Renders = db.FeatureLines.Where(line => line.LicenseId == license.Id && line.Code == "render").Sum(line => line.Held),
            RenderLimit = db.FeatureLines.Where(line => line.LicenseId == license.Id && line.Code == "render").Sum(line => line.Quantity),
            Leased = db.Leases.Where(lease => lease.LicenseId == license.Id).Sum(lease => lease.Quantity),
            // Of the license's account, not of all: a count that does not depend on the row would be a statement of its own.
            Devices = db.ActivationDevices.Count(device => device.AccountId == license.AccountId),
        }).SingleAsync();
        if (seen.MachinesHeld != seen.Standing || seen.Standing > seen.MachineLimit)
        {
            record.Violate($"machine seats: {seen.Standing} stand, {seen.MachinesHeld} are counted, {seen.MachineLimit} are allowed");
        }

        if (seen.Cameras != seen.Devices)
        {
            record.Violate($"camera seats: {seen.Devices} devices, {seen.Cameras} are counted");
        }

        if (seen.Renders != seen.Leased || seen.Leased > seen.RenderLimit)
        {
            record.Violate($"leases: {seen.Leased} are leased, {seen.Renders} are counted, {seen.RenderLimit} were sold");
        }
    }

    public ValueTask DisposeAsync()
    {
        _one.Dispose();
        return ValueTask.CompletedTask;
    }
}
