package io.wsstream.core.websocket;

/** Close codes. Source: RFC 6455 section 7.4. */
public final class CloseCode {
    /** The purpose is fulfilled; for Kubernetes clients the only clean end. */
    public static final int NORMAL = 1000;
    /** The server goes away. */
    public static final int GOING_AWAY = 1001;
    /** The peer broke a rule of the protocol. */
    public static final int PROTOCOL_ERROR = 1002;
    /** Never on the wire: a Close frame without a code. */
    public static final int NO_CODE = 1005;
    /** Never on the wire: the connection ended without a Close frame. */
    public static final int ABNORMAL = 1006;
    /** A text that is not UTF-8. */
    public static final int INVALID_TEXT = 1007;
    /** A policy was violated. */
    public static final int POLICY = 1008;
    /** A message was too big. */
    public static final int TOO_BIG = 1009;
    /** Something failed inside. */
    public static final int INTERNAL_ERROR = 1011;
    /** There is no room now. */
    public static final int TRY_AGAIN_LATER = 1013;

    private CloseCode() {}

    /**
     * Tells whether a code may stand in a Close frame.
     *
     * @param code any number
     * @return whether RFC 6455 section 7.4 allows it on the wire
     */
    public static boolean isAllowedOnWire(int code) {
        return switch (code) {
            case 1004, NO_CODE, ABNORMAL, 1015 -> false;
            default -> (code >= 1000 && code <= 1014) || (code >= 3000 && code <= 4999);
        };
    }
}
