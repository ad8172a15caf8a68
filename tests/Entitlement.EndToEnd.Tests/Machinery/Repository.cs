namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>Where things are in the source tree and in what was built of it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string ServerProgram => Built("src/Entitlement.Server", "Entitlement.Server.dll");

    public static string EntitleProgram => Built("tools/Entitlement.CommandLine", "entitle.dll");

    /// <summary>The server as it is, for calls that say at which of their steps it is to die.</summary>
    public static string FaultProgram => Built("tests/Entitlement.FaultHost", "Entitlement.FaultHost.dll");

    public static string LoadProgram => Built("tools/load/Entitlement.Load", "entitlement-load.dll");

    public static string At(string path) => Path.Combine(Root, path);

    /// <summary>A client in another language than ours.</summary>
    public static string Client(string script) => At($"tests/Entitlement.EndToEnd.Tests/scripts/{script}");

    private static string Built(string project, string file)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return At($"{project}/bin/{configuration}/net10.0/{file}");
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Entitlement.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests do not run below the source tree.");
        }

        return directory.FullName;
    }
}
