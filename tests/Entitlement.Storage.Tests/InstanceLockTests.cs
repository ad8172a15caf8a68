using System.Diagnostics;
using Entitlement.Storage.Sqlite;

namespace Entitlement.Storage.Tests;

public sealed class InstanceLockTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("entitlement-test-").FullName;

    private string LockFile => Path.Combine(_directory, InstanceLock.FileName);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Refuses_a_second_holder_and_names_the_first()
    {
        using var first = InstanceLock.Acquire(_directory, TimeProvider.System);

        var refusal =
            Assert.Throws<InstanceLockedException>(() => InstanceLock.Acquire(_directory, TimeProvider.System));

        Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}, since 20", refusal.Message);
        Assert.Contains("stop the other one", refusal.Message);
    }

    [Fact]
    public void Is_free_again_once_it_is_given_back()
    {
        InstanceLock.Acquire(_directory, TimeProvider.System).Dispose();

        using var second = InstanceLock.Acquire(_directory, TimeProvider.System);

        Assert.True(File.Exists(LockFile));
    }

    [Fact]
    public void Takes_a_file_left_behind_for_no_lock()
    {
        File.WriteAllText(LockFile, """{"pid":"1","host":"gone","since":"2020-01-01T00:00:00Z"}""");

        using var held = InstanceLock.Acquire(_directory, TimeProvider.System);

        Assert.Throws<InstanceLockedException>(() => InstanceLock.Acquire(_directory, TimeProvider.System));
    }

    [Fact]
    public async Task Ends_with_the_process_that_held_it_however_that_ended()
    {
        // util-linux's flock takes the very lock that we take; without a fork, so that no child outlives it.
        string[] arguments = ["--no-fork", "--exclusive", LockFile, "sh", "-c", "echo held; exec cat"];
        using var holder = Process.Start(new ProcessStartInfo("flock", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
        var refusal =
            Assert.Throws<InstanceLockedException>(() => InstanceLock.Acquire(_directory, TimeProvider.System));

        holder.Kill();
        await holder.WaitForExitAsync();

        Assert.Contains("another process", refusal.Message);
        using var next = InstanceLock.Acquire(_directory, TimeProvider.System);
    }
}
