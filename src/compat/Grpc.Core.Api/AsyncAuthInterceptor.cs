namespace Grpc.Core;

/// <summary>Adds to the headers of a call what proves who is calling.</summary>
/// <param name="context">Which call.</param>
/// <param name="metadata">Its headers, to be added to.</param>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
