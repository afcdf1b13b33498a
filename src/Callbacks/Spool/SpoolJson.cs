using System.Text.Json.Serialization;
using WeComSync.Callbacks.Inbox;

namespace WeComSync.Callbacks.Spool;

/// <summary>Serialization without reflection. Channels are written as text, so that their order may change.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
[JsonSerializable(typeof(InboxEvent))]
internal sealed partial class SpoolJson : JsonSerializerContext;
