using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;

namespace WeComSync.Simulator.Api;

/// <summary>The JSON of one answer on its way out: written into a reused buffer, sent in large pieces.</summary>
internal sealed class AnswerBuffer
{
    private const int PieceSize = 128 * 1024;
    private const int Pooled = 32;

    private static readonly ConcurrentBag<AnswerBuffer> Pool = [];

    private readonly ArrayBufferWriter<byte> _bytes = new(PieceSize + 16 * 1024);

    private AnswerBuffer() =>
        // The tests parse every kind of answer, so the writer need not check its caller each time.
        Json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = RawUtf8Encoder.Instance, SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    public ReadOnlyMemory<byte> Written
    {
        get
        {
            Json.Flush();
            return _bytes.WrittenMemory;
        }
    }

    public bool HasPiece => _bytes.WrittenCount + Json.BytesPending >= PieceSize;

    public static AnswerBuffer Rent() => Pool.TryTake(out var buffer) ? buffer : new AnswerBuffer();

    public void Return()
    {
        // One that had to hold a whole company for a fault is left to the collector.
        if (_bytes.Capacity > 2 * PieceSize || Pool.Count >= Pooled)
            return;
        _bytes.ResetWrittenCount();
        Json.Reset();
        Pool.Add(this);
    }

    public void Drop() => _bytes.ResetWrittenCount();
}
