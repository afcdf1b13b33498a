using System.Text;
using CsCheck;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Domain.Inbox;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Verification;

/// <summary>G9: whatever is done to a valid request, nothing is thrown, and nothing is accepted but what WeCom signed.</summary>
public sealed class MutationTests
{
    private static readonly string[] Pieces =
    [
        "<", ">", "<![CDATA[", "]]>", "</Encrypt>", "<Encrypt>", "<xml>", "</xml>", "<!DOCTYPE a [", "<!ENTITY a \"b\">", "&a;", "&#0;", "&#xD800;", "<?xml version=\"1.1\"?>",
        "<!--", "-->", "<?", "?>", "\0", "\u0001", "\uFEFF", "\uFFFF", "=", "&", "+", "%", "%00", "%E0%A4", "/", "\\", "\"", "'", "{", "}", "[", "]", ":", ",", "\\ud800", "\r\n",
        "msg_signature=", "timestamp=", "nonce=", "echostr=", "AAAA", "encrypt", "0", "9999999999999", "-1", " ", "\t", "é", "何", "😀", "xmlns:a=\"b\"", "a:",
    ];

    private static readonly string[] Messages =
    [
        "<xml><CreateTime>1767322811</CreateTime><MsgType>event</MsgType><Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID><![CDATA[a]]></UserID></xml>",
        "<xml><Event>batch_job_result</Event><BatchJob><JobId>j</JobId><ErrCode>0</ErrCode></BatchJob></xml>",
        """{"Event":"change_contact","UserID":"a","CreateTime":1767322811}""",
    ];

    private static readonly Gen<Mutation> Change = Gen.Select(
        Gen.Int[0, 5], Gen.Int[0, 100_000], Gen.Int[0, 100_000], Gen.Int[0, Pieces.Length - 1], Gen.Byte,
        (kind, at, length, piece, value) => new Mutation(kind, at, length, Pieces[piece], value));

    private static long Many => TestServer.LongRun ? 1_000_000 : 50_000;

    [Fact]
    public void Mutated_bodies_and_queries_are_never_accepted_and_never_throw()
    {
        var pipeline = Pipeline.New();
        const string Message = "<xml><Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>a</UserID></xml>";
        var xml = pipeline.WeCom.Deliver(Message);
        var json = pipeline.WeCom.DeliverEncrypted(xml.Encrypted, $$"""{"tousername":"ww1","encrypt":"{{xml.Encrypted}}","agentid":""}""");
        var bodies = new[] { Encoding.UTF8.GetBytes(xml.Body), Encoding.UTF8.GetBytes(json.Body) };
        var queries = new[] { Encoding.UTF8.GetBytes(xml.Query), Encoding.UTF8.GetBytes(json.Query) };
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2], Change.List[1, 6]).Sample(
            (form, target, changes) =>
            {
                var body = target == 1 ? bodies[form] : Mutate(bodies[form], changes);
                var query = target == 0 ? queries[form] : Mutate(queries[form], changes);
                var outcome = pipeline.Post(Encoding.UTF8.GetString(query), body, out var message);
                // A change outside what is signed, such as white space between elements, leaves the message as WeCom signed it.
                return outcome != CallbackOutcome.Accepted || message == Message;
            },
            iter: Many * 3 / 5);
    }

    [Fact]
    public void Mutated_echoes_are_never_answered_and_never_throw()
    {
        var pipeline = Pipeline.New();
        var query = Encoding.UTF8.GetBytes(pipeline.WeCom.Deliver("1616140317555161061").EchoQuery);
        Change.List[1, 6].Sample(
            changes => pipeline.Echo(Encoding.UTF8.GetString(Mutate(query, changes)), out var message) is not CallbackOutcome.Accepted and not CallbackOutcome.MalformedMessage
                || message == "1616140317555161061",
            iter: Many / 5);
    }

    /// <summary>The tenant's administrator holds the keys: the inner message is as hostile as any.</summary>
    [Fact]
    public void Mutated_messages_with_a_valid_signature_never_throw()
    {
        var pipeline = Pipeline.New();
        Gen.Select(Gen.Int[0, Messages.Length - 1], Change.List[1, 6]).Sample(
            (which, changes) =>
            {
                var delivery = pipeline.WeCom.DeliverEncrypted(pipeline.WeCom.Encrypt(Mutate(Encoding.UTF8.GetBytes(Messages[which]), changes), new byte[16]));
                return pipeline.Post(delivery.Query, Encoding.UTF8.GetBytes(delivery.Body), out _) is CallbackOutcome.Accepted or CallbackOutcome.MalformedMessage;
            },
            iter: Many / 5);
    }

    private static byte[] Mutate(byte[] original, List<Mutation> changes)
    {
        var bytes = new List<byte>(original);
        foreach (var change in changes)
        {
            change.Apply(bytes);
        }

        return [.. bytes];
    }

    private sealed record Mutation(int Kind, int At, int Length, string Piece, byte Value)
    {
        public void Apply(List<byte> bytes)
        {
            var at = bytes.Count == 0 ? 0 : At % bytes.Count;
            var length = Math.Min(Length % 40, bytes.Count - at);
            switch (Kind)
            {
                case 0 when bytes.Count > 0:
                    bytes[at] = Value;
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Piece));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 4 when length > 0:
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Piece));
                    break;
                case 5:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.Insert(at, Value);
                    break;
            }
        }
    }
}
