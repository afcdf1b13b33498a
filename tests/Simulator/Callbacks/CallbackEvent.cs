using System.Globalization;

namespace WeComSync.Simulator.Callbacks;

/// <summary>One event before it has a time.</summary>
public abstract record CallbackEvent
{
    public abstract string ChangeType { get; init; }

    /// <summary>The text that is encrypted.</summary>
    /// <param name="at">Told in whole seconds.</param>
    public abstract string ToXml(string corpId, DateTimeOffset at);

    /// <param name="name">Such as <c>change_contact</c>.</param>
    /// <param name="rest">All elements after <c>Event</c>, each with its line break.</param>
    protected static string Whole(string corpId, DateTimeOffset at, string name, string rest) => string.Create(CultureInfo.InvariantCulture, $"""
        <xml><ToUserName><![CDATA[{corpId}]]></ToUserName>
        <FromUserName><![CDATA[sys]]></FromUserName>
        <CreateTime>{at.ToUnixTimeSeconds()}</CreateTime>
        <MsgType><![CDATA[event]]></MsgType>
        <Event><![CDATA[{name}]]></Event>
        {rest}</xml>
        """);
}
