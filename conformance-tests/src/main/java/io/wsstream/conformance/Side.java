package io.wsstream.conformance;

/** Which side a case judges. */
public enum Side {
    /** The harness plays the client. */
    SERVER,
    /** The harness plays the server. */
    CLIENT
}
