using Entitlement.Server.Hosting;
using Entitlement.Server.Signing;
using Entitlement.Server.Storage;
using Entitlement.Signing;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Audit;

/// <summary>The audit key of this server, loaded once when it starts.</summary>
internal sealed class AuditKeys(
    IOptions<AuditOptions> audit,
    IOptions<SigningOptions> signing,
    IOptions<StorageOptions> storage,
    TimeProvider clock,
    ILogger<AuditKeys> logger) : IDisposable
{
    /// <summary>
    /// Null where there is none: an installation that is older than the sealed trail and whose root key is kept away.
    /// It serves on; its records are sealed once it has a key.
    /// </summary>
    public AuditKey? Current { get; private set; }

    /// <summary>Loads the key, once the signing key is loaded; the embedded default makes it first.</summary>
    /// <exception cref="StartRefusedException">There is a key, and it can't be used.</exception>
    public void Load()
    {
        var now = clock.GetUtcNow();
        try
        {
            Current = FindPaths(now) is { } paths ? AuditKey.Load(paths, now) : null;
        }
        catch (KeyStoreException failure)
        {
            throw new StartRefusedException(
                $"{failure.Message} The paths come from {AuditOptions.Section}:{nameof(AuditOptions.KeyFile)}, or from "
                + $"{SigningOptions.Section}:{nameof(SigningOptions.Directory)}.",
                inner: failure);
        }

        if (Current is { } key)
        {
            Log.KeyLoaded(logger, key.KeyId);
        }
        else
        {
            Log.NoKey(logger);
        }
    }

    public void Dispose() => Current?.Dispose();

    private AuditKeyPaths? FindPaths(DateTimeOffset now)
    {
        var directory = string.IsNullOrEmpty(signing.Value.Directory)
            ? Path.Combine(storage.Value.DataPath ?? "", "keys")
            : signing.Value.Directory;
        if (audit.Value.HasFiles)
        {
            return new AuditKeyPaths
            {
                KeyFile = audit.Value.KeyFile!,
                CertificateFile = audit.Value.CertificateFile!,
                RootCertificateFile = signing.Value.HasFiles
                    ? signing.Value.RootCertificateFile!
                    : KeyPaths.InDirectory(directory).RootCertificateFile,
                GroupMayRead = signing.Value.GroupMayRead ?? true,
            };
        }

        if (signing.Value.HasFiles)
        {
            return null;
        }

        if (storage.Value.IsEmbedded)
        {
            Make(directory, now);
        }

        var paths = AuditKeyPaths.InDirectory(directory) with { GroupMayRead = signing.Value.GroupMayRead ?? false };
        return File.Exists(paths.KeyFile) ? paths : null;
    }

    private void Make(string directory, DateTimeOffset now)
    {
        foreach (var file in AuditKeyCeremony.Complete(directory, now))
        {
            Log.KeyFileMade(logger, file);
        }
    }
}
