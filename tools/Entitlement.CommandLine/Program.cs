using System.CommandLine;
using Entitlement.CommandLine;

return await Entitle.RunAsync(Entitle.CreateRoot(), args, new InvocationConfiguration { EnableDefaultExceptionHandler = false });
