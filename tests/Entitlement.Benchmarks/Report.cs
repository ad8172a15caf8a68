namespace Entitlement.Benchmarks;

/// <summary>The figures of one run.</summary>
/// <param name="Steps">The steps of an activation, each alone: what the ideal is reckoned from.</param>
/// <param name="Others">Other limits of the same machine.</param>
/// <param name="Activation">The whole.</param>
/// <param name="Cores">What the steps have to share.</param>
internal sealed record Report(IReadOnlyList<Figure> Steps, IReadOnlyList<Figure> Others, Figure Activation, int Cores)
{
    /// <summary>Activations a second if the cores did nothing but the steps.</summary>
    private double Ideal => Cores / Steps.Sum(step => step.CpuMicroseconds) * 1_000_000;

    public void Print(TextWriter output, IFormatProvider culture)
    {
        output.WriteLine();
        output.WriteLine(string.Format(culture, "{0,-52} {1,10} {2,12} {3,14}", "step", "per second", "µs CPU each", "bytes each"));
        foreach (var figure in Steps.Concat(Others).Append(Activation))
        {
            output.WriteLine(string.Format(
                culture, "{0,-52} {1,10:N0} {2,12:N1} {3,14:N0}", figure.Step, figure.PerSecond, figure.CpuMicroseconds, figure.BytesEach));
        }

        var oneCommitEach = Others[0];
        output.WriteLine();
        output.WriteLine(string.Format(
            culture, "ideal (cores ÷ CPU of the first {0} steps)            {1,10:N0} a second", Steps.Count, Ideal));
        output.WriteLine(string.Format(
            culture, "activations reach                                   {0,10:P0} of the ideal", Activation.PerSecond / Ideal));
        output.WriteLine(string.Format(
            culture, "                                                    {0,10:N2} times one raw commit each", Activation.PerSecond / oneCommitEach.PerSecond));
    }
}
