package io.wsstream.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.wsstream.conformance.wire.Excerpt;
import io.wsstream.conformance.wire.Frame;
import io.wsstream.conformance.wire.Handshake;
import io.wsstream.conformance.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A connection after its handshake: sends what a script says, takes in what the peer sends, and remembers both. It answers
 * Pings, unless told not to, and nothing else.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> {@link #receive}, up to its bound. <b>Memory:</b> payload that no expectation
 * has taken, and a line for each frame.
 */
public final class Conversation {
    private static final int TRANSCRIPT_ENDS = 16;
    private static final int HEAD_BYTES = 64;

    /** A data message of the peer. */
    record Message(int opcode, int length, int channel, int payloadLength, boolean canonical, int second) {
        /** In place of a channel, where there is not a byte. */
        static final int NO_CHANNEL = -1;
    }

    private final Wire wire;
    private final Dialect dialect;
    private final @Nullable Streams streams;
    private final boolean peerIsServer;
    private final boolean answersPings;

    private final List<Frame> heads = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private final Map<Integer, Bytes> channels = new TreeMap<>();
    private final List<byte[]> pongs = new ArrayList<>();
    private final List<Integer> closedChannels = new ArrayList<>();
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private int unfinishedOpcode;
    private int pings;
    private @Nullable Frame close;
    private int framesAfterClose;
    private int dataAfterStatus = -1;
    private boolean tainted;
    private final List<String> transcript = new ArrayList<>();
    private String lastNote = "";
    private String lastLine = "";
    private int repeats;
    private final long start = System.nanoTime();

    /**
     * Begins after a 101.
     *
     * @param wire the connection
     * @param dialect the subprotocol that both agreed on
     * @param streams what was asked for; null where channels are no streams of a process
     * @param peerIsServer whether the other side is the server
     * @param answersPings whether a Ping gets a Pong by itself
     */
    public Conversation(
            Wire wire, Dialect dialect, @Nullable Streams streams, boolean peerIsServer, boolean answersPings) {
        this.wire = wire;
        this.dialect = dialect;
        this.streams = streams;
        this.peerIsServer = peerIsServer;
        this.answersPings = answersPings;
    }

    Wire wire() {
        return wire;
    }

    Dialect dialect() {
        return dialect;
    }

    /** {@return whether the channels are the streams of a process} */
    boolean isExec() {
        return streams != null;
    }

    Streams streams() {
        return Objects.requireNonNull(streams, "no session of a process");
    }

    boolean peerIsServer() {
        return peerIsServer;
    }

    /** Ends our direction of TCP, if the script did not. */
    public void finish() throws IOException, InterruptedException {
        wire.finish();
    }

    /** Takes what the peer still sends, for so long at most. */
    public void drain(Duration bound) {
        boolean unused = receive(bound);
    }

    /** From here on the peer has a reason to end the session by its own rules. */
    public void taint() {
        tainted = true;
    }

    boolean isTainted() {
        return tainted;
    }

    // What we send.

    /** {@return a frame of ours as the rules want it: masked if we are the client} */
    Frame.Builder legal(int opcode, byte[] payload) {
        Frame.Builder frame = Frame.of(opcode, payload);
        return peerIsServer ? frame.masked(Handshake.newMask()) : frame;
    }

    void send(Frame frame) {
        note("> " + frame);
        wire.send(frame.encode());
    }

    void sendRaw(byte[] bytes) {
        taint();
        note("> raw " + Excerpt.text(bytes));
        wire.send(bytes);
    }

    // What the peer sends.

    /** {@return whether something came before the bound passed: a frame, or the end} */
    boolean receive(Duration bound) {
        boolean ended = wire.end() != null;
        Frame frame = wire.readFrame(bound);
        if (frame != null) {
            take(frame);
            return true;
        }
        if (wire.end() != null && !ended) {
            note("< " + (wire.end() == Wire.End.FINISHED ? "end of TCP" : "TCP reset"));
            return true;
        }
        return false;
    }

    private void take(Frame frame) {
        note("< " + frame);
        heads.add(frame.isControl() ? frame : frame.head(HEAD_BYTES));
        if (close != null) {
            framesAfterClose++;
            return;
        }
        switch (frame.opcode()) {
            case Frame.CLOSE -> close = frame;
            case Frame.PONG -> pongs.add(frame.payload());
            case Frame.PING -> {
                pings++;
                if (answersPings) {
                    send(legal(Frame.PONG, frame.payload()).build());
                }
            }
            default -> takeData(frame);
        }
    }

    private void takeData(Frame frame) {
        if (frame.opcode() != Frame.CONTINUATION) {
            unfinished.reset();
            unfinishedOpcode = frame.opcode();
        }
        unfinished.writeBytes(frame.payload());
        if (frame.fin()) {
            takeMessage(unfinished.toByteArray());
            unfinished.reset();
        }
    }

    private void takeMessage(byte[] message) {
        if (message.length == 0) {
            messages.add(new Message(unfinishedOpcode, 0, Message.NO_CHANNEL, 0, true, -1));
            return;
        }
        boolean closeSignal = message[0] == (byte) 0xFF && !peerIsServer && isExec();
        int channel = closeSignal ? Dialect.CLOSE : dialect.channelOf(message);
        byte[] payload = closeSignal ? Arrays.copyOfRange(message, 1, message.length) : dialect.payloadOf(message);
        boolean canonical = payload != null;
        byte[] carried = payload == null ? new byte[0] : payload;
        messages.add(new Message(
                unfinishedOpcode,
                message.length,
                channel,
                carried.length,
                canonical,
                carried.length == 1 ? carried[0] & 0xFF : -1));
        if (closeSignal && carried.length == 1) {
            closedChannels.add(carried[0] & 0xFF);
            return;
        }
        if (dataAfterStatus >= 0) {
            dataAfterStatus++;
        } else if (peerIsServer && channel == Dialect.ERROR && carried.length > 0) {
            dataAfterStatus = 0;
        }
        channel(channel).add(carried);
    }

    /** {@return what came on a channel and was not taken yet} */
    Bytes channel(int number) {
        return channels.computeIfAbsent(number, ignored -> new Bytes());
    }

    Map<Integer, Bytes> channels() {
        return channels;
    }

    /** {@return every frame, with no more than the first 64 bytes of a long payload} */
    List<Frame> frames() {
        return heads;
    }

    List<Message> messages() {
        return messages;
    }

    /** {@return the payloads of Pongs that were not taken yet} */
    List<byte[]> pongs() {
        return pongs;
    }

    int pings() {
        return pings;
    }

    /** {@return the channels of CLOSE signals that were not taken yet} */
    List<Integer> closedChannels() {
        return closedChannels;
    }

    @Nullable
    Frame close() {
        return close;
    }

    int framesAfterClose() {
        return framesAfterClose;
    }

    /** {@return how many messages came after the first on the error channel that says something; -1 without one} */
    int messagesAfterStatus() {
        return dataAfterStatus;
    }

    Wire.@Nullable End end() {
        return wire.end();
    }

    /** {@return whether nothing more can come} */
    boolean isOver() {
        return close != null || wire.end() != null;
    }

    /** {@return whether the session on this wire ends with success before the bound passes} */
    public static boolean endsWithSuccess(Wire wire, Dialect dialect, Duration bound) {
        Conversation conversation =
                new Conversation(wire, dialect, new Streams(false, false, false, false), true, true);
        long deadline = System.nanoTime() + bound.toNanos();
        for (long left = 1; left > 0 && !conversation.isOver(); left = deadline - System.nanoTime()) {
            boolean unused = conversation.receive(Duration.ofNanos(Math.max(1, left)));
        }
        byte[] status = conversation.channel(Dialect.ERROR).toArray();
        JsonNode json = StatusText.parse(status);
        return conversation.close != null
                && (dialect.hasJsonStatus()
                        ? json != null && json.path("status").asText().equals("Success")
                        : status.length == 0);
    }

    // What a person reads.

    void note(String line) {
        if (line.equals(lastNote)) {
            repeats++;
            transcript.set(transcript.size() - 1, lastLine + " (" + repeats + " times)");
            return;
        }
        lastNote = line;
        lastLine = String.format("%6.3f %s", (System.nanoTime() - start) / 1e9, line);
        repeats = 1;
        if (transcript.size() == 2 * TRANSCRIPT_ENDS) {
            transcript.remove(TRANSCRIPT_ENDS);
            transcript.set(TRANSCRIPT_ENDS - 1, "       ...");
        }
        transcript.add(lastLine);
    }

    /** {@return what went over the wire, one line for each frame, with the middle left out if it was much} */
    List<String> transcript() {
        return List.copyOf(transcript);
    }

    /** Bytes that come at one end and are taken at the other. */
    static final class Bytes {
        private byte[] bytes = new byte[1024];
        private int size;

        void add(byte[] more) {
            if (size + more.length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more.length));
            }
            System.arraycopy(more, 0, bytes, size, more.length);
            size += more.length;
        }

        int size() {
            return size;
        }

        /** {@return how many bytes at the start are those expected} */
        int matching(byte[] expected) {
            int count = Math.min(size, expected.length);
            int mismatch = Arrays.mismatch(bytes, 0, count, expected, 0, count);
            return mismatch < 0 ? count : mismatch;
        }

        byte[] toArray() {
            return Arrays.copyOf(bytes, size);
        }

        void drop(int count) {
            System.arraycopy(bytes, count, bytes, 0, size - count);
            size -= count;
        }
    }
}
