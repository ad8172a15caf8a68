using Entitlement.Formats;

namespace Entitlement.Client;

/// <summary>Whether the request that waits on the disk still asks for what is wanted now.</summary>
internal static class PendingRequest
{
    private const string NoName = "unnamed";

    /// <summary>
    /// True when only the id and the time of making differ: then the old bytes are sent again, and the service knows
    /// them. A request of another key, as a restored backup may hold, is no longer ours to send.
    /// </summary>
    public static bool AsksForTheSame(byte[] pending, LicenseRequest wanted, Jwk instanceKey)
    {
        try
        {
            var file = LicenseRequestFile.Read(pending);
            var request = file.Request;
            var renamed = request with { Devices = [], Jti = wanted.Jti, IssueTime = wanted.IssueTime };
            return file.InstanceKey == instanceKey
                && renamed == wanted with { Devices = [] }
                && request.Devices.SequenceEqual(wanted.Devices);
        }
        catch (FileFormatException)
        {
            return false;
        }
    }

    /// <summary>The host name as a request may hold it.</summary>
    public static string MachineName()
    {
        var shown = Environment.MachineName.Where(character => !char.IsControl(character));
        var name = string.Concat(shown.Take(LicenseRequest.MaxTextLength));
        return name.Length > 0 ? name : NoName;
    }
}
