using Entitlement.FaultHost;
using Entitlement.Server.Hosting;

// The server as it is, but for one thing: a call can ask it to die at one of its steps.
var faults = new Faults();
return await ServerCommand.RunAsync(args, Console.Out, Console.Error, faults.Watch);
