namespace Entitlement.Client.Tests.Fuzzing;

/// <summary>Tests that take all processors for as long as they last: beside them, calls of others would miss their deadlines.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
