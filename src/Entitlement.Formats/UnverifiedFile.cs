namespace Entitlement.Formats;

/// <summary>
/// A file of an installation whose size, encoding and header are right, and whose signature nobody looked at: it says
/// whose it claims to be at a fraction of what it costs to find out.
/// </summary>
/// <typeparam name="TFile">What it is when its signature holds.</typeparam>
public sealed class UnverifiedFile<TFile>
{
    private readonly InstanceJws _jws;
    private readonly Func<InstanceJws, TFile> _read;

    internal UnverifiedFile(InstanceJws jws, Func<InstanceJws, TFile> read) => (_jws, _read) = (jws, read);

    /// <summary>The public key that the header names. Anybody may write anybody's here.</summary>
    public Jwk InstanceKey => _jws.InstanceKey;

    /// <summary>Checks key and signature, and reads the claims last.</summary>
    /// <exception cref="FileFormatException">The first rule that the file breaks.</exception>
    public TFile Verify() => _read(_jws.RequireVerified());
}
