using WeComSync.Callbacks.Hosting;
using WeComSync.Domain.Storage;

try
{
    await CallbackHost.Build(args).RunAsync();
    return Environment.ExitCode;
}
catch (ConfigurationException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
