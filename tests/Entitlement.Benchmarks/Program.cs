using System.Globalization;
using Entitlement.Benchmarks;
using Entitlement.Benchmarks.Checking;

if (args is ["--help" or "-h", ..])
{
    Console.WriteLine("""
        What durable activations cost, and what their steps cost alone, all in one run and one process, which holds the
        server and its callers. The server is the real one on its embedded database; every request is a fresh one of an
        installation of its own.

          --count N     activations in each measurement (default 4000)
          --callers N   callers at once (default 64)
          --channels N  connections that they share (default 2)
          --licenses N  licenses in the database that the requests are spread over (default 10000)
          --large N     also measures beside a second database of N licenses, such as 1000000 (half a minute more, 1 GB) or
                        10000000 (some minutes, 10 GB)
          --cores N     cores that the ideal is reckoned with (default: those of this machine)

        'guessing' instead of them measures how long an activation takes while others guess.

        'decisions' measures what one decision about access costs among 10 to 1,000,000 assignments, beside two other
        engines that npm installs into a temporary folder (some minutes). 'decisions N' stops at N assignments, and
        'decisions alone' leaves the others out.

        'checks' measures checks of permissions over gRPC: from memory, from Redis, from the database, fully consistent
        and in batches, beside a server that decides nothing (two minutes; needs redis-server).

        How to read it: README.md beside this program. Progress goes to standard error, the report to standard output.
        """);
    return 0;
}

if (args is [Guessing.Command])
{
    await Guessing.RunAsync(Console.WriteLine);
    return 0;
}

if (args is [Decisions.Command, ..])
{
    var most = args is [_, var text] && int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    await Decisions.RunAsync(withPeers: args is not [_, "alone"], most, Console.WriteLine);
    return 0;
}

if (args is [Checks.Command])
{
    await Checks.RunAsync(Console.WriteLine);
    return 0;
}

if (args is [Guesser.Command, var address])
{
    await Guesser.RunAsync(address);
    return 0;
}

var options = BenchmarkOptions.Parse(args);
if (options is null)
{
    await Console.Error.WriteLineAsync("Each option takes a whole number above 0; see --help.");
    return 2;
}

var report = await Run.MeasureAsync(options, step => Console.Error.WriteLine($"  {step} …"));
report.Print(Console.Out, CultureInfo.InvariantCulture);
return 0;
