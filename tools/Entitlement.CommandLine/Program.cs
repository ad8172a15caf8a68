using System.CommandLine;
using Entitlement.CommandLine;

return await Entitle.RunAsync(args, new InvocationConfiguration { EnableDefaultExceptionHandler = false });
