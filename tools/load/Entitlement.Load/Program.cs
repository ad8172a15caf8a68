using System.CommandLine;
using Entitlement.CommandLine;
using Entitlement.Load;

return await Entitle.RunAsync(LoadCommands.CreateRoot(), args, new InvocationConfiguration { EnableDefaultExceptionHandler = false });
