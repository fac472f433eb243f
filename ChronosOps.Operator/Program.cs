using ChronosOps.Operator;
using ChronosOps.Operator.Cli;

return await CommandLine.RunAsync(args, OperatorHost.RunAsync);
