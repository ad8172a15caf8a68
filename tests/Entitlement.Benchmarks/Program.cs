using System.Globalization;
using Entitlement.Benchmarks;

if (args is ["--help" or "-h", ..])
{
    Console.WriteLine("""
        What an activation costs, and what its steps cost alone, all in one run and one process.

          --count N     activations to measure (default 4000)
          --callers N   callers at once over one channel each (default 64)
          --licenses N  licenses that the requests are spread over (default 200)
          --cores N     cores that the ideal is reckoned with (default: those of this machine)

        'guessing' instead of them measures how long an activation takes while others guess.
        """);
    return 0;
}

if (args is [Guessing.Command])
{
    await Guessing.RunAsync(Console.WriteLine);
    return 0;
}

var options = BenchmarkOptions.Parse(args);
if (options is null)
{
    await Console.Error.WriteLineAsync("Options are --count, --callers, --licenses and --cores, each with a number above 0; see --help.");
    return 2;
}

var culture = CultureInfo.InvariantCulture;
Console.WriteLine(string.Create(culture, $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {options.Count} activations, {options.Callers} callers, {options.Licenses} licenses"));
var report = await Run.MeasureAsync(options, step => Console.Error.WriteLine($"  {step} …"));
report.Print(Console.Out, culture);
return 0;
