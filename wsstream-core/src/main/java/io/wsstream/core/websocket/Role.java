package io.wsstream.core.websocket;

/** Which side of a connection this is. A client masks what it sends, a server does not. */
public enum Role {
    /** The side that answered the upgrade. */
    SERVER,
    /** The side that asked for it. */
    CLIENT
}
