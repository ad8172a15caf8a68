namespace Entitlement.Client.Tests.Support;

/// <summary>Files of the source tree, found from where the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(directory.FullName, "Entitlement.sln")))
        {
            directory = directory.Parent
                ?? throw new InvalidOperationException("The tests run outside the source tree.");
        }

        return directory.FullName;
    }
}
