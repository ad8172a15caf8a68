using System.Runtime.Versioning;

// Each test starts processes that want whole cores: more than two at once on a small machine would only wait for each other.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

// They run shell scripts and what Debian packages.
[assembly: SupportedOSPlatform("linux")]
