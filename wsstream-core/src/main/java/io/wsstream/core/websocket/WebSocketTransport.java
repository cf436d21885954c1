package io.wsstream.core.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.WsTimeoutException;
import io.wsstream.core.transport.ByteLink;
import io.wsstream.core.transport.Transport;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket connection after the 101, for either side: frames, control frames, the closing handshake, and every bound
 * on time. It is fed bytes by its link and time by its owner.
 *
 * <pre>
 *  OPEN --we close, idle--> CLOSE_SENT --peer's Close--> ENDING --link closed--> CLOSED
 *   | \--peer's Close, answered-------------------------^                    ^
 *   |\---rule broken: Close sent-------------> DISCARDING --link closed------+
 *    \---lost----------------------------------------------------------------/
 * </pre>
 *
 * <p>After our Close everything that comes is read and dropped until the peer's Close, so that a peer that still sends
 * gets our last bytes instead of a reset. After a broken rule nothing can be made of what comes, its Close included: the
 * link ends our side at once, and drops the rest.
 *
 * <p><b>Threads:</b> {@link #receive} and {@link #linkClosed} belong to the link, {@link #tick} to one timer, all else
 * to anyone. <b>Blocking:</b> none, but see {@link ByteLink}. <b>Memory:</b> what is queued; callers heed {@link
 * #isWritable}, and one that does not is cut off at {@value #MAX_QUEUED_BYTES} bytes. Pongs wait one at a time, so a peer
 * cannot fill the queue with Pings.
 *
 * <p>Source: RFC 6455; PROTOCOL.md 5, 12, 13.
 */
public final class WebSocketTransport implements Transport {
    private enum State {
        OPEN,
        CLOSE_SENT,
        ENDING,
        DISCARDING,
        CLOSED
    }

    private enum Kind {
        DATA,
        PING,
        PONG,
        CLOSE
    }

    private static final int MASKS_AT_ONCE = 1024;

    /** Two of the largest messages: only who does not heed {@link #isWritable} gets there. */
    private static final int MAX_QUEUED_BYTES = 64 * 1024 * 1024;

    /** An empty Pong, unmasked. */
    private static final byte[] PONG = {(byte) (0x80 | Opcode.PONG), 0};

    private final Role role;
    private final ByteLink link;
    private final WebSocketSettings settings;
    private final @Nullable Trickle trickle;
    private final FrameDecoder decoder;

    /** Whether a Pong follows each message that fits into a record with it. */
    private final boolean pongs;

    private final int messageBytes;

    private volatile @Nullable Receiver receiver;

    /** Protects the output queue and the state; nothing is called and no other lock taken under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ArrayDeque<Frame> queue = new ArrayDeque<>();

    @GuardedBy("lock")
    private boolean draining;

    @GuardedBy("lock")
    private State state = State.OPEN;

    /** Our Close is handed to the network, or lost with it. */
    @GuardedBy("lock")
    private boolean closeOut;

    @GuardedBy("lock")
    private boolean wasFull;

    @GuardedBy("lock")
    private boolean pingQueued;

    @GuardedBy("lock")
    private boolean pongQueued;

    @GuardedBy("lock")
    private byte @Nullable [] nextPong;

    @GuardedBy("lock")
    private boolean ended;

    /** Why it ended, kept for a receiver that has not started yet, or is being told something else. */
    @GuardedBy("lock")
    private @Nullable WsStreamException endFailure;

    /** The receiver may be inside a call; the end, which any thread may bring about, waits until it is out. */
    @GuardedBy("lock")
    private boolean delivering;

    @GuardedBy("lock")
    private boolean endOwed;

    @GuardedBy("lock")
    private long queuedBytes;

    // owner: whoever drains, one at a time
    private final Masks masks = new Masks();

    private final Clock clock = new Clock();

    // set by the link's threads and by anyone who reads, taken by the timer
    private volatile boolean readsPaused;
    private volatile boolean pausedLately;
    private volatile long receivedBytes; // written by the link's thread alone

    /** How much may still be read although reads are paused. */
    private final AtomicLong letIn = new AtomicLong();

    /** What this connection holds of the trickle's total. */
    private final AtomicLong trickled = new AtomicLong();

    // set by anyone, read by the timer
    private volatile Duration idle;
    private volatile Duration stall;

    // owner: timer thread
    private long receivedBefore;

    /**
     * A connection on a link that does not read yet.
     *
     * @param role which side this is
     * @param link the bytes below
     * @param settings the bounds
     */
    public WebSocketTransport(Role role, ByteLink link, WebSocketSettings settings) {
        this(role, link, settings, null);
    }

    /**
     * A connection on a link that does not read yet, which keeps a blocked peer alive.
     *
     * @param role which side this is
     * @param link the bytes below
     * @param settings the bounds
     * @param trickle how, and how much for all connections; null leaves a blocked peer to itself
     */
    public WebSocketTransport(Role role, ByteLink link, WebSocketSettings settings, @Nullable Trickle trickle) {
        this.role = role;
        this.link = link;
        this.settings = settings;
        this.trickle = trickle;
        this.idle = settings.idle();
        this.stall = settings.stall();
        this.decoder = new FrameDecoder(role, settings.maxMessageBytes(), new Incoming());
        int recordBytes = trickle == null || role == Role.CLIENT ? 0 : link.recordBytes();
        this.pongs = recordBytes > 0;
        this.messageBytes = pongs
                ? recordBytes - FrameEncoder.headerBytes(recordBytes, false) - PONG.length
                : Transport.super.messageBytes();
    }

    @Override
    public void start(Receiver newReceiver) {
        boolean over;
        WsStreamException failure;
        synchronized (lock) {
            if (receiver != null) {
                throw new IllegalStateException("already started");
            }
            receiver = newReceiver;
            over = ended;
            failure = endFailure;
        }
        if (over) {
            newReceiver.onEnd(failure);
        } else {
            link.resumeReads();
        }
    }

    // ---------------------------------------------------------------- input

    /**
     * Takes what the link read. Only the link calls this, one call at a time.
     *
     * @param in position to limit; consumed; the bytes may be changed
     */
    public void receive(ByteBuffer in) {
        int size = in.remaining();
        clock.received();
        long total = receivedBytes + size;
        receivedBytes = total;
        if (delivering()) {
            try {
                decoder.decode(in);
            } catch (ProtocolViolationException broken) {
                fail(broken.closeCode(), broken);
            } catch (WsStreamException failed) {
                fail(CloseCode.INTERNAL_ERROR, failed);
            } catch (RuntimeException bug) {
                fail(CloseCode.INTERNAL_ERROR, new WsStreamException("a message could not be handled: " + bug, bug));
            } finally {
                delivered();
            }
        }
        in.position(in.limit());
        if (letIn.get() > 0 && letIn.addAndGet(-size) <= 0) {
            endTrickle();
        }
    }

    /** Begins to tell the receiver what came; false if nothing is told any more. */
    private boolean delivering() {
        synchronized (lock) {
            delivering = state == State.OPEN || state == State.CLOSE_SENT;
            return delivering;
        }
    }

    /** Nobody is inside the receiver any more: tells it the end if that has come meanwhile. */
    private void delivered() {
        Receiver to;
        WsStreamException failure;
        synchronized (lock) {
            delivering = false;
            if (!endOwed) {
                return;
            }
            endOwed = false;
            to = receiver;
            failure = endFailure;
        }
        if (to != null) {
            to.onEnd(failure);
        }
    }

    /**
     * The link is gone. Only the link calls this; later calls do nothing.
     *
     * @param cause what broke it, or null when the peer ended it or we did
     */
    public void linkClosed(@Nullable Throwable cause) {
        boolean proper;
        synchronized (lock) {
            proper = state == State.ENDING;
            state = State.CLOSED;
        }
        dropQueue(cause);
        keepTrickled(0);
        if (proper) {
            end(null);
        } else {
            end(new ConnectionLostException(
                    "the connection was lost without a Close frame" + (cause == null ? "" : ": " + cause.getMessage()),
                    cause));
        }
    }

    private final class Incoming implements FrameDecoder.Handler {
        @Override
        public void onMessagePart(ByteBuffer part, boolean first, boolean last) throws WsStreamException {
            clock.dataMoved();
            Receiver to = receiver;
            if (to != null && state() == State.OPEN) {
                to.onMessagePart(part, first, last);
            }
        }

        @Override
        public void onPing(ByteBuffer payload) {
            byte[] answer = new byte[payload.remaining()];
            payload.get(answer);
            synchronized (lock) {
                if (pongQueued) {
                    nextPong = answer;
                    return;
                }
                pongQueued = true;
            }
            enqueueControl(Kind.PONG, Opcode.PONG, answer);
        }

        @Override
        public void onPong(ByteBuffer payload) {
            // That bytes came is all it says.
        }

        @Override
        public void onClose(int code, String reason) {
            boolean answer;
            synchronized (lock) {
                answer = state == State.OPEN;
                if (answer) {
                    state = State.ENDING;
                }
            }
            Receiver to = receiver;
            if (answer) {
                try {
                    if (to != null) {
                        to.onClose(code, reason);
                    }
                } finally {
                    enqueueControl(Kind.CLOSE, Opcode.CLOSE, FrameEncoder.closePayload(code, ""));
                    end(null);
                }
            } else {
                boolean closeLink;
                synchronized (lock) {
                    if (state != State.CLOSE_SENT) {
                        return; // The connection was lost while this was read.
                    }
                    state = State.ENDING;
                    closeLink = closeOut;
                }
                if (closeLink) {
                    link.close(); // Otherwise our Close does, once it is out.
                }
                end(null);
            }
        }
    }

    /** Ends the connection for a reason of ours: says so to the peer, tells the receiver, drops all that comes. */
    private void fail(int closeCode, WsStreamException failure) {
        boolean closeSent;
        boolean closeLink;
        synchronized (lock) {
            if (state != State.OPEN && state != State.CLOSE_SENT) {
                return;
            }
            closeSent = state == State.CLOSE_SENT;
            closeLink = closeOut;
            state = State.DISCARDING;
        }
        if (!closeSent) {
            enqueueControl(
                    Kind.CLOSE,
                    Opcode.CLOSE,
                    FrameEncoder.closePayload(closeCode, String.valueOf(failure.getMessage())));
        }
        link.resumeReads();
        if (closeLink) {
            link.close(); // Otherwise our Close does, once it is out.
        }
        end(failure);
    }

    private void end(@Nullable WsStreamException failure) {
        Receiver to;
        synchronized (lock) {
            if (ended) {
                return;
            }
            ended = true;
            endFailure = failure;
            endOwed = delivering;
            to = endOwed ? null : receiver;
        }
        if (to != null) {
            to.onEnd(failure);
        }
    }

    // ---------------------------------------------------------------- output

    @Override
    public int messageBytes() {
        return messageBytes;
    }

    @Override
    public void send(boolean text, ByteBuffer message, int headroom, @Nullable Runnable released) {
        clock.dataMoved();
        enqueue(new Frame(Kind.DATA, text ? Opcode.TEXT : Opcode.BINARY, message, headroom, released));
    }

    @Override
    public void close(int code, String reason) {
        if (code != CloseCode.NO_CODE && !CloseCode.isAllowedOnWire(code)) {
            throw new IllegalArgumentException("Close with code " + code + "; RFC 6455 7.4 keeps it off the wire");
        }
        synchronized (lock) {
            if (state != State.OPEN) {
                return;
            }
            state = State.CLOSE_SENT;
        }
        enqueueControl(Kind.CLOSE, Opcode.CLOSE, FrameEncoder.closePayload(code, reason));
        link.resumeReads();
    }

    private void enqueueControl(Kind kind, int opcode, byte[] payload) {
        ByteBuffer buffer = ByteBuffer.allocate(FrameEncoder.MAX_HEADER_BYTES + payload.length);
        buffer.position(FrameEncoder.MAX_HEADER_BYTES).put(payload).position(FrameEncoder.MAX_HEADER_BYTES);
        enqueue(new Frame(kind, opcode, buffer, FrameEncoder.MAX_HEADER_BYTES, null));
    }

    /** A Close is the last frame, so it goes out in the states that it brought about, and all others only before. */
    private void enqueue(Frame frame) {
        boolean dropped;
        boolean tooMuch;
        synchronized (lock) {
            dropped = frame.kind == Kind.CLOSE ? state == State.OPEN || state == State.CLOSED : state != State.OPEN;
            tooMuch = !dropped && frame.kind == Kind.DATA && queuedBytes > MAX_QUEUED_BYTES;
            if (!dropped && !tooMuch) {
                queue.add(frame);
                queuedBytes += frame.size;
                if (queuedBytes >= settings.highMarkBytes()) {
                    wasFull = true;
                }
                if (draining) {
                    return;
                }
                draining = true;
            }
        }
        if (!dropped && !tooMuch) {
            drain();
            return;
        }
        frame.release();
        if (tooMuch) {
            end(new WsStreamException(
                    "more than " + MAX_QUEUED_BYTES + " bytes wait for the peer to take them; expected a sender that"
                            + " waits while isWritable() is false",
                    null));
            link.abort(); // A Close would stand behind all that waits.
        }
    }

    /** Hands frames to the link, in order, by one thread at a time and without the lock. */
    private void drain() {
        while (true) {
            Frame frame;
            synchronized (lock) {
                frame = queue.poll();
                if (frame == null) {
                    draining = false;
                    return;
                }
            }
            frame.encode();
            try {
                link.write(frame);
            } catch (RuntimeException bug) {
                frame.onSent(bug);
                link.abort();
            }
        }
    }

    private void dropQueue(@Nullable Throwable cause) {
        while (true) {
            Frame frame;
            synchronized (lock) {
                frame = queue.poll();
            }
            if (frame == null) {
                return;
            }
            frame.onSent(cause == null ? new ConnectionLostException("closed", null) : cause);
        }
    }

    @Override
    public long queuedBytes() {
        synchronized (lock) {
            return queuedBytes;
        }
    }

    @Override
    public boolean isWritable() {
        synchronized (lock) {
            return queuedBytes < settings.highMarkBytes();
        }
    }

    @Override
    public void pauseReads() {
        synchronized (lock) {
            if (state != State.OPEN) {
                return; // From our Close on, all is read and dropped.
            }
        }
        readsPaused = true;
        pausedLately = true;
        link.pauseReads();
        if (state() != State.OPEN) {
            link.resumeReads(); // It changed meanwhile.
        }
    }

    @Override
    public void resumeReads() {
        readsPaused = false;
        link.resumeReads();
    }

    @Override
    public boolean readHere() {
        return link.readHere();
    }

    @Override
    public void setIdleTimeout(Duration bound) {
        idle = bound;
    }

    @Override
    public void setWriteTimeout(Duration bound) {
        stall = bound;
    }

    @Override
    public void abort() {
        link.abort();
    }

    private State state() {
        synchronized (lock) {
            return state;
        }
    }

    /** One frame on its way out. */
    private final class Frame implements ByteLink.Outbound {
        private final Kind kind;
        private final int opcode;
        private final int headroom;
        private final int size;
        private final boolean withPong;
        private final @Nullable Runnable released;
        private ByteBuffer bytes;

        Frame(Kind kind, int opcode, ByteBuffer payload, int headroom, @Nullable Runnable released) {
            this.kind = kind;
            this.opcode = opcode;
            this.bytes = payload;
            this.headroom = headroom;
            this.released = released;
            this.withPong = pongs && kind == Kind.DATA && payload.remaining() <= messageBytes;
            this.size = FrameEncoder.headerBytes(payload.remaining(), role == Role.CLIENT)
                    + payload.remaining()
                    + (withPong ? PONG.length : 0);
        }

        /**
         * Puts the header before the payload, in place where there is room, and masks.
         *
         * <p>A Pong behind the payload, in the same TLS record: client-go pushes its clock on Pongs alone, and sees none
         * while its user does not read. Who reads on after an hour finds the record that was begun, whole, in its own
         * buffer: with the Pong at its end the clock is right again before the network is asked for more.
         */
        void encode() {
            boolean masked = role == Role.CLIENT;
            int payloadBytes = bytes.remaining();
            int headerBytes = FrameEncoder.headerBytes(payloadBytes, masked);
            int tailBytes = withPong ? PONG.length : 0;
            boolean room = headroom >= headerBytes && bytes.capacity() - bytes.limit() >= tailBytes;
            if (!room || bytes.isReadOnly()) {
                ByteBuffer copy = ByteBuffer.allocate(headerBytes + payloadBytes + tailBytes);
                copy.position(headerBytes).put(bytes).flip().position(headerBytes);
                bytes = copy;
            }
            int key = masked ? masks.next() : 0;
            if (masked) {
                Masking.apply(bytes, key, 0);
            }
            int start = bytes.position() - headerBytes;
            FrameEncoder.putHeader(bytes, start, opcode, payloadBytes, masked, key);
            if (withPong) {
                int end = bytes.limit();
                bytes.limit(end + tailBytes).put(end, PONG);
            }
            bytes.position(start);
        }

        @Override
        public ByteBuffer bytes() {
            return bytes;
        }

        @Override
        public void onSent(@Nullable Throwable failure) {
            clock.sent();
            boolean writable = false;
            boolean closeLink = false;
            byte[] pong = null;
            synchronized (lock) {
                queuedBytes -= size;
                if (wasFull && queuedBytes <= settings.lowMarkBytes()) {
                    wasFull = false;
                    writable = !ended;
                }
                switch (kind) {
                    case PING -> pingQueued = false;
                    case PONG -> {
                        pong = nextPong;
                        nextPong = null;
                        pongQueued = pong != null;
                    }
                    case CLOSE -> {
                        closeOut = true;
                        closeLink = state == State.ENDING || state == State.DISCARDING;
                    }
                    case DATA -> {}
                }
            }
            release();
            if (pong != null) {
                enqueueControl(Kind.PONG, Opcode.PONG, pong);
            }
            if (closeLink) {
                link.close();
            }
            Receiver to = receiver;
            if (writable && to != null) {
                to.onWritable();
            }
        }

        void release() {
            if (released != null) {
                released.run();
            }
        }
    }

    /** Unpredictable masking keys, drawn many at a time (RFC 6455 section 5.3). */
    private static final class Masks {
        private final SecureRandom random = new SecureRandom();
        private final byte[] bytes = new byte[4 * MASKS_AT_ONCE];
        private final ByteBuffer keys = ByteBuffer.wrap(bytes).limit(0);

        int next() {
            if (!keys.hasRemaining()) {
                random.nextBytes(bytes);
                keys.clear();
            }
            return keys.getInt();
        }
    }

    // ---------------------------------------------------------------- time

    /**
     * Lets time pass: sends Pings and enforces every bound. To be called about once a second, by one thread.
     *
     * @param now {@link System#nanoTime} or a test's clock, in nanoseconds
     */
    public void tick(long now) {
        clock.move(now, queuedBytes() > 0, readsPaused);
        switch (state()) {
            case OPEN -> tickOpen();
            case CLOSE_SENT -> tickClosing(settings.stall());
            case ENDING, DISCARDING -> {
                clock.peerIsDone();
                tickClosing(settings.linger());
            }
            case CLOSED -> {}
        }
    }

    private void tickOpen() {
        if (clock.isSilent(settings.silence())) {
            lose("no byte came from the peer", settings.silence());
        } else if (clock.isStalled(stall)) {
            lose("the peer took no byte of what was sent", stall);
        } else if (clock.isIdle(idle)) {
            WsTimeoutException late = new WsTimeoutException("no data for " + text(idle), idle);
            close(CloseCode.GOING_AWAY, String.valueOf(late.getMessage()));
            end(late);
        } else if (clock.takePing(settings.pingEvery())) {
            boolean send;
            synchronized (lock) {
                send = !pingQueued && state == State.OPEN;
                pingQueued |= send;
            }
            if (send) {
                enqueueControl(Kind.PING, Opcode.PING, new byte[0]);
            }
        }
        if (trickle != null) {
            tickBlocked(trickle);
        }
    }

    /** Keeps a peer alive whose Pings we do not see and whose writes we hold up. */
    private void tickBlocked(Trickle how) {
        if (pausedLately && clock.takePong(how.pongEvery())) {
            pausedLately = readsPaused;
            sendUnaskedPong();
        }
        Receiver to = receiver;
        long waiting = to == null ? 0 : to.waitingBytes();
        keepTrickled(waiting + letIn.get());
        if (clock.takeTrickle(how.every())) {
            long missing = how.bytes() - Math.max(0, receivedBytes - receivedBefore);
            receivedBefore = receivedBytes;
            if (readsPaused && missing > 0) {
                receivedBefore += missing; // What this lets in is not of the next period.
                letIn(how, missing, waiting);
            }
        }
    }

    private void sendUnaskedPong() {
        synchronized (lock) {
            if (pongQueued || state != State.OPEN) {
                return; // One is on its way, and says the same.
            }
            pongQueued = true;
        }
        enqueueControl(Kind.PONG, Opcode.PONG, new byte[0]);
    }

    private void letIn(Trickle how, long bytes, long waiting) {
        if (waiting + bytes > how.connectionBytes()) {
            fail(
                    CloseCode.POLICY,
                    new WsStreamException(
                            "what was sent is not read: " + waiting + " bytes wait, of at most " + how.connectionBytes()
                                    + "; expected a reader at the other end",
                            null));
            return;
        }
        if (!how.take(bytes)) {
            return; // Others have it all; this one waits for its turn.
        }
        trickled.addAndGet(bytes);
        if (state() == State.CLOSED) {
            keepTrickled(0); // It ended meanwhile.
            return;
        }
        letIn.set(bytes);
        link.resumeReads();
    }

    private void endTrickle() {
        if (readsPaused && state() == State.OPEN) {
            link.pauseReads();
            if (!readsPaused || state() != State.OPEN) {
                link.resumeReads(); // It changed meanwhile.
            }
        }
    }

    /** Gives back what this connection holds of the total above so much. */
    private void keepTrickled(long bytes) {
        long before = trickled.getAndUpdate(held -> Math.min(held, bytes));
        if (trickle != null && before > bytes) {
            trickle.giveBack(before - bytes);
        }
    }

    private void tickClosing(Duration stalled) {
        if (clock.hasLingered(settings.linger(), settings.lingerTotal()) || clock.isStalled(stalled)) {
            link.abort();
        }
    }

    private void lose(String what, Duration bound) {
        synchronized (lock) {
            state = State.CLOSED;
        }
        end(new WsTimeoutException("the connection is lost: " + what + " for " + text(bound), bound));
        link.abort();
    }

    private static String text(Duration bound) {
        return bound.toSeconds() + " s";
    }
}
