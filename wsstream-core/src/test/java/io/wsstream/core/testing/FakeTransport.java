package io.wsstream.core.testing;

import io.wsstream.core.WsStreamException;
import io.wsstream.core.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A transport whose peer is the test; writes what is sent as phrases: {@code hex 0061}, {@code text 0YQ==}. */
public final class FakeTransport implements Transport {
    /** What was sent, and {@code close CODE REASON}, {@code abort}, {@code idle BOUND}, {@code write BOUND}. */
    public final List<String> sent = new ArrayList<>();

    private @Nullable Receiver receiver;
    private boolean closed;
    private boolean paused;
    private int pauses;
    private volatile boolean writable = true;
    private Runnable onStart = () -> {};
    private BooleanSupplier readHere = () -> false;

    @Override
    public void start(Receiver newReceiver) {
        receiver = newReceiver;
        onStart.run();
    }

    /** Runs within start: what a reader thread may do at once. */
    public void onStart(Runnable newOnStart) {
        onStart = newOnStart;
    }

    /** What a thread that waits for bytes may do in place of a reader. */
    public void onReadHere(BooleanSupplier newReadHere) {
        readHere = newReadHere;
    }

    @Override
    public boolean readHere() {
        return readHere.getAsBoolean();
    }

    /** {@return who is told} */
    public Receiver receiver() {
        return Objects.requireNonNull(receiver, "not started");
    }

    /** Brings one whole message. */
    public void feed(String hex) throws WsStreamException {
        receiver().onMessagePart(Bytes.hex(hex), true, true);
    }

    /** Brings one whole message of text. */
    public void feedText(String text) throws WsStreamException {
        receiver().onMessagePart(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), true, true);
    }

    /** The peer closes, and the connection ends. */
    public void peerCloses(int code, String reason) {
        receiver().onClose(code, reason);
        receiver().onEnd(null);
    }

    @Override
    public synchronized void send(boolean text, ByteBuffer message, int headroom, @Nullable Runnable released) {
        if (!closed) {
            byte[] bytes = new byte[message.remaining()];
            for (int i = 1; i <= headroom; i++) {
                message.put(message.position() - i, (byte) 0xEE); // A transport may: nobody may need it any more.
            }
            message.get(bytes);
            sent.add(text ? "text " + new String(bytes, StandardCharsets.ISO_8859_1) : "hex " + Bytes.toHex(bytes));
        }
        if (released != null) {
            released.run();
        }
    }

    @Override
    public long queuedBytes() {
        return 0;
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    /** The queue is full, or has room again. */
    public void setWritable(boolean now) {
        writable = now;
        if (now) {
            receiver().onWritable();
        }
    }

    @Override
    public synchronized void pauseReads() {
        paused = true;
        pauses++;
    }

    @Override
    public synchronized void resumeReads() {
        paused = false;
    }

    /** {@return whether reads are paused} */
    public synchronized boolean isPaused() {
        return paused;
    }

    /** {@return how often reads were paused} */
    public synchronized int pauses() {
        return pauses;
    }

    @Override
    public synchronized void setIdleTimeout(Duration bound) {
        sent.add("idle " + bound);
    }

    @Override
    public synchronized void setWriteTimeout(Duration bound) {
        sent.add("write " + bound);
    }

    @Override
    public synchronized void close(int code, String reason) {
        if (!closed) {
            closed = true;
            sent.add("close " + code + (reason.isEmpty() ? "" : " " + reason));
        }
    }

    @Override
    public synchronized void abort() {
        sent.add("abort");
    }
}
