using Entitlement.Domain.Errors;
using Entitlement.Server.Hosting;
using Entitlement.Server.Storage;
using Entitlement.Signing;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Signing;

/// <summary>The signing keys of this server: loaded when it starts, and again when their files change.</summary>
internal sealed class SigningKeys : IDisposable
{
    private readonly IOptions<SigningOptions> _signing;
    private readonly IOptions<StorageOptions> _storage;
    private readonly IOptions<LicenseFileOptions> _files;
    private readonly TimeProvider _clock;
    private readonly ILogger<SigningKeys> _logger;
    private readonly Predicate<string> _isRevoked;
    private volatile KeyRing? _ring;
    private KeyPaths? _paths;
    private string _fingerprint = "";

    public SigningKeys(
        IOptions<SigningOptions> signing,
        IOptions<StorageOptions> storage,
        IOptions<LicenseFileOptions> files,
        KeyRevocations revocations,
        TimeProvider clock,
        ILogger<SigningKeys> logger)
    {
        (_signing, _storage, _files, _clock, _logger) = (signing, storage, files, clock, logger);
        _isRevoked = revocations.Revokes;
    }

    /// <summary>All that this server has the private half of.</summary>
    public KeyRing Ring => _ring ?? throw new InvalidOperationException("The signing keys are not loaded.");

    /// <summary>The one key that signs now; null when every key ran out, is for later, or was revoked.</summary>
    public SigningKey? Current => Ring.CurrentAt(_clock.GetUtcNow(), _isRevoked);

    /// <exception cref="EntitlementException"><see cref="FailureReason.SigningKeyRevoked"/>.</exception>
    /// <exception cref="InvalidOperationException">The certificates ran out: every verifier would refuse the file.</exception>
    public SigningKey RequireCurrent() => Current
        ?? throw (Ring.CurrentAt(_clock.GetUtcNow()) is { } revoked
            ? Refusal.SigningKeyRevoked(revoked.KeyId)
            : new InvalidOperationException("The signing certificate ran out. Issue a new one with 'entitle keys'."));

    /// <summary>Loads the keys; the embedded default makes what is missing of them first.</summary>
    /// <exception cref="StartRefusedException">There is no key, or none can be used.</exception>
    public void Load()
    {
        var now = _clock.GetUtcNow();
        try
        {
            _paths = Paths(now);
            _fingerprint = KeyRing.Fingerprint(_paths);
            _ring = KeyRing.Load(_paths, now);
        }
        catch (Exception failure) when (IsOfFiles(failure))
        {
            throw new StartRefusedException(
                $"{failure.Message} The paths come from the section {SigningOptions.Section} of the configuration; keys are made by "
                + "'entitle keys init'.",
                inner: failure);
        }

        Tell(_ring);
    }

    /// <summary>Takes over what changed in the files. What can't be used is told, and the keys at hand go on.</summary>
    public void ReadAgain()
    {
        try
        {
            var fingerprint = KeyRing.Fingerprint(_paths!);
            if (fingerprint == _fingerprint)
            {
                return;
            }

            // Before they are read: what can't be used is told once, and what changes meanwhile is read again.
            _fingerprint = fingerprint;

            // The ring before is left to the garbage collector: a signature with it may be under way.
            _ring = KeyRing.Load(_paths!, _clock.GetUtcNow());
            Tell(_ring);
        }
        catch (Exception failure) when (IsOfFiles(failure))
        {
            Log.KeysUnusable(_logger, failure);
        }
    }

    public void Dispose() => _ring?.Dispose();

    private static bool IsOfFiles(Exception failure) => failure is KeyStoreException or IOException or UnauthorizedAccessException;

    private void Tell(KeyRing ring)
    {
        foreach (var problem in ring.Problems)
        {
            Log.KeyPassedOver(_logger, problem.Message);
        }

        foreach (var key in ring.Keys.Where(key => key.SignsFrom > _clock.GetUtcNow()))
        {
            Log.KeyPrepared(_logger, key.KeyId, key.SignsFrom);
        }
    }

    private KeyPaths Paths(DateTimeOffset now)
    {
        var options = _signing.Value;
        if (options.HasFiles)
        {
            return FilesOf(options);
        }

        var directory = DirectoryOf(options);
        if (_storage.Value.IsEmbedded)
        {
            Make(directory, now);
        }

        return KeyPaths.InDirectory(directory) with { GroupMayRead = options.GroupMayRead ?? false };
    }

    private string DirectoryOf(SigningOptions options)
    {
        if (!string.IsNullOrEmpty(options.Directory))
        {
            return options.Directory;
        }

        return _storage.Value.DataPath is { } data
            ? Path.Combine(data, "keys")
            : throw new StartRefusedException(
                $"{SigningOptions.Section}:{nameof(SigningOptions.Directory)} must be set, because this user has no folder for application data.");
    }

    private void Make(string directory, DateTimeOffset now)
    {
        foreach (var file in KeyCeremony.Complete(directory, OperatorName(), now))
        {
            Log.KeyFileMade(_logger, file);
        }
    }

    /// <summary>Shown to whoever looks at a certificate; nothing depends on it.</summary>
    private string OperatorName()
    {
        const int MaxLength = 64;
        var issuer = _files.Value.Issuer!;
        return issuer.Length <= MaxLength ? issuer : issuer[..MaxLength];
    }

    private static KeyPaths FilesOf(SigningOptions options) => new()
    {
        SigningKeyFile = options.SigningKeyFile!,
        SigningCertificateFile = options.SigningCertificateFile!,
        RootCertificateFile = options.RootCertificateFile!,
        // An orchestrator mounts secrets as root's, readable by the group that it gives the service.
        GroupMayRead = options.GroupMayRead ?? true,
    };
}
