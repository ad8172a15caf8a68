namespace Entitlement.Benchmarks;

/// <summary>The figures of one run, and what they say of each other.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Steps">The steps of an activation, each alone: what the ideal is reckoned from.</param>
/// <param name="Many">Activations on many licenses: the whole that the steps are part of.</param>
/// <param name="One">Activations on one license.</param>
/// <param name="Alone">Activations by one caller, who shares a commit with nobody.</param>
/// <param name="SingleCommits">The rows alone, a commit for each activation.</param>
/// <param name="Seal">Sealing the audit trail, which goes on beside the activations each second; a record is one of them.</param>
/// <param name="Comparison">Null when one was not asked for.</param>
/// <param name="BytesPerLicense">Of the database.</param>
internal sealed record Report(
    BenchmarkOptions Options,
    IReadOnlyList<Figure> Steps,
    Figure Many,
    Figure One,
    Figure Alone,
    Figure SingleCommits,
    Figure Seal,
    Comparison? Comparison,
    double BytesPerLicense)
{
    private double StepsCpu => Steps.Sum(step => step.CpuMicroseconds);

    /// <summary>Activations a second if the cores did nothing but the steps.</summary>
    private double Ideal => Options.Cores / StepsCpu * 1_000_000;

    public void Print(TextWriter output, IFormatProvider culture)
    {
        output.WriteLine(string.Format(
            culture, "{0} cores, .NET {1}, {2:N0} activations, {3} callers on {4} connections, {5:N0} licenses",
            Environment.ProcessorCount, Environment.Version, Options.Count, Options.Callers, Options.Channels, Options.Licenses));
        output.WriteLine();
        output.WriteLine(string.Format(culture, "{0,-46} {1,10} {2,10} {3,10}", "", "a second", "µs of CPU", "bytes"));
        PrintFigures(output, culture);
        output.WriteLine();
        PrintRatios(output, culture);
    }

    private void PrintFigures(TextWriter output, IFormatProvider culture)
    {
        foreach (var figure in Steps)
        {
            Print(output, culture, figure.Step, figure.PerSecond, figure.CpuMicroseconds, figure.BytesEach);
        }

        Print(output, culture, "= steps, and the ideal", Ideal, StepsCpu, Steps.Sum(step => step.BytesEach));
        var rest = Many.CpuMicroseconds - StepsCpu;
        Print(output, culture, "+ all the rest of an activation", null, rest, Many.BytesEach - Steps.Sum(step => step.BytesEach));
        Figure?[] whole = [Many, One, Alone, Comparison?.Small, Comparison?.Large, SingleCommits, Seal];
        foreach (var figure in whole.OfType<Figure>())
        {
            Print(output, culture, figure.Step, figure.PerSecond, figure.CpuMicroseconds, figure.BytesEach);
        }
    }

    private void PrintRatios(TextWriter output, IFormatProvider culture)
    {
        Print(output, culture, "share of the ideal", "0.5, better 0.7", Many.PerSecond / Ideal);
        Print(output, culture, "the same by CPU, whatever else the machine did", "0.5, better 0.7", StepsCpu / Many.CpuMicroseconds);
        Print(output, culture, "times the raw rows with a commit each", "10, see README", Many.PerSecond / SingleCommits.PerSecond);
        Print(output, culture, "times one caller, a commit each", "", Many.PerSecond / Alone.PerSecond);
        Print(output, culture, "one license beside many, rate", "near 1", One.PerSecond / Many.PerSecond);
        if (Comparison is { Small: var small, Large: var large })
        {
            Print(output, culture, "times slower on the large database", "at most 1.25", small.PerSecond / large.PerSecond);
            Print(output, culture, "the same by CPU", "at most 1.25", large.CpuMicroseconds / small.CpuMicroseconds);
        }

        Print(output, culture, "bytes of database per license", "", Comparison?.LargeBytesPerLicense ?? BytesPerLicense);
    }

    private static void Print(
        TextWriter output, IFormatProvider culture, string name, double? perSecond, double cpu, double bytes) =>
        output.WriteLine(string.Format(culture, "{0,-46} {1,10:N0} {2,10:N0} {3,10:N0}", name, perSecond, cpu, bytes));

    private static void Print(TextWriter output, IFormatProvider culture, string name, string goal, double value) =>
        output.WriteLine(string.Format(culture, "{0,-46} {1,10:N2}   {2}", name, value, goal.Length == 0 ? "" : $"goal: {goal}"));
}
