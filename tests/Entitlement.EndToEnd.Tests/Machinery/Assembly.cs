using System.Runtime.Versioning;

// Each test starts processes that want whole cores; side by side on a small machine they would only wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

// They run shell scripts and what Debian packages.
[assembly: SupportedOSPlatform("linux")]
