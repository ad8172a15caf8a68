using System.Runtime.CompilerServices;

namespace Entitlement.Testing;

/// <summary>
/// Tests run in a time zone whose clocks change, wherever they are run: local time must decide nothing, and where it is
/// UTC, as on most machines that test, nobody would notice that it does.
/// </summary>
internal static class LocalTimeZone
{
    public const string Name = "Europe/Berlin";

    // Not a library: these are programs of tests, and nothing of theirs may have looked at the time zone before.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Set()
    {
        Environment.SetEnvironmentVariable("TZ", Name);
        TimeZoneInfo.ClearCachedData();
    }
}
