using System.Diagnostics;
using WeComSync.Simulator.Calls;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Limits;

namespace WeComSync.Simulator.Api;

/// <summary>The way of a call: who is it, which fault strikes, is it within the limits, may it, the answer, the log.</summary>
internal sealed class WeComApi(SimulatorHost host, FaultDelivery delivery)
{
    public const string Prefix = "/cgi-bin/";

    private static readonly Dictionary<string, Endpoint> ByPath = Endpoints.All.ToDictionary(endpoint => endpoint.Path);

    public async Task HandleAsync(HttpContext http)
    {
        if (!ByPath.TryGetValue(http.Request.Path.Value![Prefix.Length..], out var endpoint))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var started = Stopwatch.GetTimestamp();
        var buffer = AnswerBuffer.Rent();
        var call = new ApiCall(http, host, endpoint, buffer);
        CallerLookup.Identify(call);
        var named = new NamedIds(http.Request.Query, host.Faults.AsksAbout && call.IsPost ? await RequestBody.PeekAsync(http.Request) : "");
        (call.Fault, var delay) = host.Faults.Choose(call.KnownCorp?.Id, endpoint.Path, call.KnownCredential?.Name, named);
        var refusal = GatePass.TryEnter(call, out var pass);
        using (pass)
        {
            try
            {
                if (delay > TimeSpan.Zero)
                    await Task.Delay(delay, call.Aborted);
                var code = await AnswerAsync(call, refusal);
                // Before the last byte leaves: whoever has the answer finds the call in the log.
                Log(call, started, code);
                await delivery.SendAsync(http, buffer, call.Fault);
                buffer.Return();
            }
            catch (OperationCanceledException) when (call.Aborted.IsCancellationRequested)
            {
                // The caller went away, as callers do. A write may still hold the buffer, so it is not reused.
            }
            finally
            {
                Log(call, started, null);
            }
        }
    }

    private async ValueTask<int?> AnswerAsync(ApiCall call, int refusal)
    {
        if (FaultDelivery.ReplacesAnswer(call.Fault))
            return null;
        var fault = call.Fault as ErrCodeFault;
        var code = fault?.Code ?? refusal;
        if (code == 0)
            code = await RespondAsync(call);
        if (code != 0)
            call.WriteFailure(code, fault?.Text ?? ErrorText.For(code, call.Address, host.Clock.GetUtcNow()));
        call.End();
        return code;
    }

    private static async ValueTask<int> RespondAsync(ApiCall call)
    {
        if (call.Fault is TokenDeathFault(var deathCode))
            call.Token?.Kill(deathCode);
        var code = CallerLookup.Admit(call);
        if (code == 0 && call.Endpoint.IsPost)
            code = await RequestBody.ReadAsync(call);
        if (code != 0)
            return code;
        call.Host.Tell(call.Corp, call.Endpoint.Path, call.Body);
        if (call.Fault is not EmptyListFault)
            return await call.Endpoint.Handler(call);
        call.Endpoint.WriteEmpty(call.Begin());
        return 0;
    }

    private void Log(ApiCall call, long started, int? code)
    {
        if (call.IsLogged)
            return;
        call.IsLogged = true;
        host.Calls.Add(new CallRecord(0, host.Clock.GetUtcNow(), Stopwatch.GetElapsedTime(started), call.KnownCorp?.Id,
            call.Endpoint.Path, call.KnownCredential?.Name, code, call.Fault?.Name));
    }
}
