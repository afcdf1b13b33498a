using System.Text;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Domain.Inbox;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Verification;

/// <summary>Whoever knows an address may knock as often as he likes. Alone, for other tests' allocations would count too.</summary>
[TestClass(DisableParallelization = true)]
public sealed class RefusalMemoryTests
{
    private static int Many => TestServer.LongRun ? 200_000 : 10_000;

    [Fact]
    public void Memory_does_not_grow_with_refused_requests()
    {
        var pipeline = Pipeline.New();
        var body = Encoding.UTF8.GetBytes(pipeline.WeCom.Deliver("x").Body);
        Refuse(1000);
        var grown = new long[5];
        foreach (ref var growth in grown.AsSpan())
        {
            var before = Kept();
            Refuse(Many);
            growth = Kept() - before;
        }

        // A hundred bytes kept of each request would be this much every time; what else the process keeps or frees, it does at some time.
        Assert.Contains(grown, growth => growth < Many * 100);

        static long Kept()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return GC.GetTotalMemory(forceFullCollection: false);
        }

        void Refuse(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.Equal(CallbackOutcome.WrongSignature, pipeline.Post($"msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1&nonce={i}", body, out _));
            }
        }
    }
}
