using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Clock;
using Entitlement.Client.Fingerprint;
using Entitlement.Client.Verification;
using Entitlement.Formats;

namespace Entitlement.Client;

/// <summary>
/// All that an installed product needs: its license request, online activation, and the offline check of its license
/// file. The state of the installation stands in one directory that the product's account owns. Any thread may call:
/// calls to the service are made one after another, and <see cref="Check"/> waits for none of them.
/// </summary>
public sealed partial class EntitlementClient : IDisposable
{
    /// <summary>Name of the license file in the directory.</summary>
    public const string LicenseFileName = "license.lic";

    /// <summary>Name of the newest list of revoked signing keys.</summary>
    public const string RevokedKeysFileName = "keys.krl";

    /// <summary>Name of the newest list of revoked license files.</summary>
    public const string RevokedFilesFileName = "licenses.rl";

    /// <summary>Name of the request that is not yet answered.</summary>
    public const string RequestFileName = "request.lrq";

    /// <summary>Name of the return receipt that the service has not confirmed yet.</summary>
    public const string ReceiptFileName = "return.ret";

    private readonly ProductBuild _product;
    private readonly string _directory;
    private readonly TimeProvider _clock;
    private readonly ClockRecord _time;
    private readonly StateDirectory _state;
    private readonly GenerationRecord _generations;
    private readonly InstanceKey _key;
    private readonly X509Certificate2Collection _roots;
    private readonly Lazy<MachineComponents> _components;
    private volatile RevokedKeyList? _revokedKeys;
    private volatile RevokedActivationList? _revokedFiles;

    /// <param name="directory">Made when it is not there; its instance key is made once and for all.</param>
    /// <param name="clock">Null for the system's clock.</param>
    public EntitlementClient(ProductBuild product, string directory, TimeProvider? clock = null)
    {
        _product = product;
        _directory = directory;
        _clock = clock ?? TimeProvider.System;
        _roots = product.LoadRoots();
        _key = InstanceKey.LoadOrCreate(directory);
        _state = new StateDirectory(directory);
        _generations = new GenerationRecord(_state);
        _time = new ClockRecord(_state, _clock);
        _revokedKeys = ReadList(RevokedKeysFileName, file => RevokedKeyList.Read(file, _roots));
        _revokedFiles = ReadRevokedFiles();
        _components = new Lazy<MachineComponents>(() => MachineFingerprint.Collect(product.Code, directory));
    }

    /// <summary>
    /// The license request to hand in: online, or by hand where no network reaches. It is on the disk before it is
    /// returned, and as long as it asks for the same it is the same bytes, so that no second seat is taken.
    /// </summary>
    /// <param name="slc">The software license code as the user typed it in.</param>
    /// <param name="devices">Hardware devices to be activated under features; null for none.</param>
    /// <param name="audience">The service's <c>iss</c>; null where the product does not know it.</param>
    /// <exception cref="FileFormatException">The request would break a rule of the format.</exception>
    public byte[] CreateRequest(string slc, IEnumerable<RequestedDevice>? devices = null, string? audience = null) =>
        CreateRequest(LicenseRequestOperation.Activate, slc, devices, audience, Check().Claims?.Generation ?? 0);

    /// <summary>
    /// The request for the next license file of what is installed, for the code and the service that it was issued by.
    /// It takes no machine seat: after a release the product is told so.
    /// </summary>
    /// <param name="devices">
    /// Those left out give their seats back, new ones take one; null for exactly those that the license file names.
    /// </param>
    /// <exception cref="InvalidOperationException">No license file of this installation is there.</exception>
    public byte[] CreateRefreshRequest(IEnumerable<RequestedDevice>? devices = null)
    {
        var claims = InstalledClaims();
        devices ??= claims.Features.SelectMany(feature => feature.Devices.Select(id => new RequestedDevice(id, feature.Code)));
        return CreateRequest(LicenseRequestOperation.Refresh, claims.Slc, devices, claims.Issuer, claims.Generation);
    }

    /// <summary>
    /// Gives the license back: makes the return receipt and throws the license file away. The receipt is on the disk before
    /// the license is gone, and stays until the service has confirmed it or the product is activated anew; until then it is
    /// the same bytes. Where no network reaches it is carried by hand.
    /// </summary>
    /// <exception cref="InvalidOperationException">No license file of this installation is there, and no receipt.</exception>
    public byte[] CreateReturnReceipt()
    {
        if (_state.Read(ReceiptFileName) is { } pending)
        {
            // A process that died in between left the license file behind.
            _state.Delete(LicenseFileName);
            return pending;
        }

        var claims = InstalledClaims();
        var receipt = _key.Sign(new ReturnReceipt
        {
            Subject = claims.Subject,
            Generation = claims.Generation,
            Jti = Guid.CreateVersion7(_clock.GetUtcNow()),
            IssueTime = _clock.GetUtcNow(),
        });
        _state.Write(ReceiptFileName, receipt);
        _state.Delete(LicenseFileName);
        return receipt;
    }

    /// <summary>
    /// Installs a license file, and counts the request as answered. One that is not for this product and
    /// installation, that is older than what was installed, or that cannot be believed is not stored: what was there
    /// stays.
    /// </summary>
    /// <returns>Whether the file may be relied on now; a file can be installed and, say, not yet valid.</returns>
    public VerificationResult Install(ReadOnlySpan<byte> licenseFile)
    {
        var result = Verify(licenseFile, _time.Look());
        if (IsToBeInstalled(result))
        {
            // Before the request is gone, which tells whether this answers it.
            LearnTheTime(result.Claims!);
            _state.Write(LicenseFileName, licenseFile);
            _generations.Raise(result.Claims!.Subject, result.Claims.Generation);
            _state.Delete(RequestFileName);

            // It was for what was installed before; handed in now it would end what this file has begun.
            _state.Delete(ReceiptFileName);
            Changed?.Invoke(this, EventArgs.Empty);

            // The clock may be believed less, or more, after what it says.
            return Verify(licenseFile, _time.Look());
        }
        else if (result.Reason == VerificationReason.SigningKeyRevoked)
        {
            // The same request would get the same file again; the next one gets a file of another key.
            _state.Delete(RequestFileName);
        }

        return result;
    }

    /// <summary>Keeps a list of revoked signing keys, unless the one that is kept is as new.</summary>
    /// <returns>Whether it is kept.</returns>
    /// <exception cref="FileFormatException">It breaks a rule of its format, or no pinned root signed it.</exception>
    public bool InstallRevokedKeys(ReadOnlySpan<byte> revokedKeyList)
    {
        var list = RevokedKeyList.Read(revokedKeyList, _roots);
        if (list.Number <= (_revokedKeys?.Number ?? 0))
        {
            return false;
        }

        _state.Write(RevokedKeysFileName, revokedKeyList);
        _revokedKeys = list;

        // A stolen key may have signed a list of files with a number that no other ever comes after.
        _revokedFiles = ReadRevokedFiles();
        return true;
    }

    /// <summary>Keeps a list of revoked license files, unless the one that is kept is as new.</summary>
    /// <returns>Whether it is kept.</returns>
    /// <exception cref="FileFormatException">It breaks a rule of its format, or its key can't be believed.</exception>
    public bool InstallRevokedFiles(ReadOnlySpan<byte> revokedActivationList)
    {
        var list = RevokedActivationList.Read(revokedActivationList, _roots, _revokedKeys);
        if (list.Number <= (_revokedFiles?.Number ?? 0))
        {
            return false;
        }

        _state.Write(RevokedFilesFileName, revokedActivationList);
        _revokedFiles = list;
        _time.Prove(list.IssueTime);
        return true;
    }

    public void Dispose()
    {
        _turn.Dispose();
        _key.Dispose();
        foreach (var root in _roots)
        {
            root.Dispose();
        }
    }

    private byte[] CreateRequest(
        LicenseRequestOperation operation, string slc, IEnumerable<RequestedDevice>? devices, string? audience, int generation)
    {
        var wanted = new LicenseRequest
        {
            Jti = Guid.CreateVersion7(_clock.GetUtcNow()),
            IssueTime = _clock.GetUtcNow(),
            Audience = audience,
            Operation = operation,
            Slc = slc,
            Product = _product.Code,
            ProductVersion = _product.Version,
            BuildDate = _product.BuildDate,
            Machine = new RequestingMachine(PendingRequest.MachineName(), _components.Value),
            Devices = devices?.ToImmutableArray() ?? [],
            Generation = generation,
        };
        if (_state.Read(RequestFileName) is { } pending
            && PendingRequest.AsksForTheSame(pending, wanted, _key.PublicKey))
        {
            return pending;
        }

        var file = _key.Sign(wanted);
        _state.Write(RequestFileName, file);
        return file;
    }

    private RevokedActivationList? ReadRevokedFiles() =>
        ReadList(RevokedFilesFileName, file => RevokedActivationList.Read(file, _roots, _revokedKeys));

    private T? ReadList<T>(string name, Func<byte[], T> read)
        where T : class
    {
        try
        {
            return _state.Read(name) is { } file ? read(file) : null;
        }
        catch (FileFormatException)
        {
            // Whoever can spoil the list can delete it as well; a licensed product must not stop for it.
            return null;
        }
    }
}
