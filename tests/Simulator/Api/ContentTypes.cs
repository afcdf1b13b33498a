namespace WeComSync.Simulator.Api;

internal static class ContentTypes
{
    public const string Json = "application/json; charset=UTF-8";
}
