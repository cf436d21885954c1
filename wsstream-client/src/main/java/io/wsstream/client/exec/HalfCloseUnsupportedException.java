package io.wsstream.client.exec;

import io.wsstream.core.Subprotocol;
import io.wsstream.core.WsStreamException;

/** The server's subprotocol cannot say that stdin has ended: only v5.channel.k8s.io can. */
public final class HalfCloseUnsupportedException extends WsStreamException {
    private static final long serialVersionUID = 1L;

    /**
     * A half-close that cannot be.
     *
     * @param agreed what the server speaks
     */
    public HalfCloseUnsupportedException(Subprotocol agreed) {
        super(
                "the end of stdin cannot be told on " + agreed.wireName()
                        + ", so a command that reads to the end would hang; the server would have to speak v5.channel.k8s.io."
                        + " If the command ends by itself, choose WithoutHalfClose.LEAVE_OPEN",
                null);
    }
}
