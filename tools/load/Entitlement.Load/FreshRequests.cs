using System.Security.Cryptography;
using Entitlement.Formats;

namespace Entitlement.Load;

/// <summary>License requests that nobody sent before, each of a machine and an instance key of its own.</summary>
internal static class FreshRequests
{
    private static readonly MachineComponentKind[] Kinds =
        [MachineComponentKind.Board, MachineComponentKind.Disk, MachineComponentKind.Mac, MachineComponentKind.Os];

    /// <param name="codes">The licenses to spread them over, in turn.</param>
    /// <param name="count">How many.</param>
    /// <param name="progress">Told of each.</param>
    /// <param name="cancellation">Stops between two.</param>
    public static byte[][] Make(string[] codes, int count, Progress progress, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var requests = new byte[count][];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            requests[i] = Make(codes[i % codes.Length], now);
            progress.Step();
        });
        return requests;
    }

    private static (MachineComponentKind Kind, string Hash) SomeComponent(MachineComponentKind kind) =>
        (kind, MachineComponents.Hash(Estate.ProductCode, kind, $"{Guid.NewGuid()}"));

    private static byte[] Make(string code, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return LicenseRequestFile.Write(
            new LicenseRequest
            {
                Jti = Guid.NewGuid(),
                IssueTime = now,
                Operation = LicenseRequestOperation.Activate,
                Slc = code,
                Product = Estate.ProductCode,
                ProductVersion = "1.0",
                BuildDate = DateOnly.FromDateTime(now.UtcDateTime),
                Machine = new RequestingMachine("load", MachineComponents.Create(Kinds.Select(SomeComponent))),
                Generation = 0,
            },
            key);
    }
}
