namespace Orchestrator.AgentProtocol.Spdy;

/// <summary>The kinds of frames; control frames bear SPDY's numbers.</summary>
internal enum SpdyFrameType
{
    /// <summary>Bytes of a stream.</summary>
    Content = 0,

    /// <summary>SYN_STREAM: opens a stream.</summary>
    SynStream = 1,

    /// <summary>SYN_REPLY: accepts it.</summary>
    SynReply = 2,

    /// <summary>RST_STREAM: breaks it off.</summary>
    Reset = 3,

    /// <summary>SETTINGS.</summary>
    Settings = 4,

    /// <summary>PING: is sent back as it came.</summary>
    Ping = 6,

    /// <summary>GOAWAY: no more streams.</summary>
    GoAway = 7,

    /// <summary>HEADERS: more headers for a stream.</summary>
    Headers = 8,

    /// <summary>WINDOW_UPDATE: nobody in Kubernetes heeds it.</summary>
    WindowUpdate = 9,
}
