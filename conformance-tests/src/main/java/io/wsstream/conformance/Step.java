package io.wsstream.conformance;

import io.wsstream.conformance.wire.Frame;
import io.wsstream.conformance.wire.Handshake;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One thing that the scripted peer does. The kinds and their words are those of {@code /cases/README.md}. */
public interface Step {
    /** Does it, or says how the peer deviates. */
    void play(Conversation conversation) throws CaseFailure, IOException, InterruptedException;

    /** {@return how long it may wait for the peer, or waits by itself} */
    default Duration patience() {
        return Duration.ZERO;
    }

    /** {@return what a list of steps in a case file says} */
    static List<Step> all(Node list) {
        return list.list().stream().map(Step::of).toList();
    }

    private static Step of(Node step) {
        if (step.keys().size() != 1) {
            throw step.wrong("one kind of step is expected; here are " + step.keys());
        }
        String kind = step.keys().iterator().next();
        Node what = step.need(kind);
        return switch (kind) {
            case "send" -> SendMessage.of(what);
            case "frame" -> SendFrame.of(what);
            case "bytes" -> SendBytes.of(what);
            case "close" -> SendFrame.close(what);
            case "end" -> EndTcp.of(what);
            case "pause" -> new Pause(what.duration());
            case "expect" -> Expect.of(what);
            default -> throw step.wrong("no step \"" + kind + "\"");
        };
    }

    /** Sends a legal message of the subprotocol, in one frame unless told to cut it. */
    final class SendMessage implements Step {
        private static final List<String> OTHER_KEYS =
                List.of("message", "CLOSE", "status", "as", "fragments", "chunk");
        private static final Pattern SIZE = Pattern.compile("([0-9]+)x([0-9]+)");

        private final Node what;

        private SendMessage(Node what) {
            this.what = what;
        }

        static SendMessage of(Node node) {
            for (String key : node.keys()) {
                if (!OTHER_KEYS.contains(key) && Dialect.channelNamed(key) < 0) {
                    throw node.wrong("\"" + key + "\" cannot be sent");
                }
            }
            SendMessage step = new SendMessage(node);
            step.check(); // Finds mistakes before anything is connected.
            return step;
        }

        private void check() {
            Node whole = what.get("message");
            if (whole != null) {
                Payload.check(whole);
            } else if (what.has("CLOSE") || what.has("status")) {
                byte[] unused = message(Dialect.V5);
            } else {
                Payload.check(what.need(channelKey()));
            }
        }

        @Override
        public void play(Conversation conversation) {
            Dialect dialect = conversation.dialect();
            Node chunk = what.get("chunk");
            if (chunk != null) {
                byte[] all = payload();
                for (int from = 0; from < all.length; from += chunk.number()) {
                    byte[] part = Arrays.copyOfRange(all, from, Math.min(all.length, from + chunk.number()));
                    send(conversation, dialect.encode(channel(), part));
                }
                return;
            }
            send(conversation, message(dialect));
        }

        private void send(Conversation conversation, byte[] message) {
            int opcode = what.has("message") || what.has("CLOSE")
                    ? Frame.BINARY
                    : conversation.dialect().opcode();
            Node as = what.get("as");
            if (as != null) {
                opcode = as.text().equals("text") ? Frame.TEXT : Frame.BINARY;
            }
            List<Integer> cuts = new ArrayList<>();
            Node fragments = what.get("fragments");
            if (fragments != null) {
                fragments.list().forEach(size -> cuts.add(size.number()));
            }
            int from = 0;
            for (int i = 0; i <= cuts.size(); i++) {
                int to = i < cuts.size() ? from + cuts.get(i) : message.length;
                byte[] part = Arrays.copyOfRange(message, from, to);
                conversation.send(conversation
                        .legal(i == 0 ? opcode : Frame.CONTINUATION, part)
                        .fin(i == cuts.size())
                        .build());
                from = to;
            }
            boolean isClose = message.length > 0 && message[0] == (byte) 0xFF;
            if (isClose && (message.length != 2 || (message[1] & 0xFF) > Dialect.RESIZE)) {
                conversation.taint();
            }
        }

        private byte[] message(Dialect dialect) {
            Node whole = what.get("message");
            if (whole != null) {
                return Payload.of(whole);
            }
            Node closed = what.get("CLOSE");
            if (closed != null) {
                return new byte[] {(byte) 0xFF, (byte) closed.number()};
            }
            Node status = what.get("status");
            if (status != null) {
                return dialect.encode(Dialect.ERROR, StatusText.written(status, dialect));
            }
            return dialect.encode(channel(), payload());
        }

        private int channel() {
            return Dialect.channelNamed(channelKey());
        }

        private String channelKey() {
            return what.keys().stream()
                    .filter(key -> Dialect.channelNamed(key) >= 0)
                    .findFirst()
                    .orElseThrow(() -> what.wrong("nothing to send"));
        }

        private byte[] payload() {
            Node payload = what.need(channelKey());
            if (what.has("resize") && payload.isText()) {
                Matcher size = SIZE.matcher(payload.text());
                if (size.matches()) {
                    String json = "{\"Width\":" + size.group(1) + ",\"Height\":" + size.group(2) + "}\n";
                    return json.getBytes(StandardCharsets.US_ASCII);
                }
            }
            return Payload.of(payload);
        }

        @Override
        public String toString() {
            return "send " + what;
        }
    }

    /** Sends one frame in which everything may be wrong; what is not said is as the rules want it. */
    final class SendFrame implements Step {
        private static final Map<String, Integer> OPCODES = Map.of(
                "continuation", Frame.CONTINUATION,
                "text", Frame.TEXT,
                "binary", Frame.BINARY,
                "close", Frame.CLOSE,
                "ping", Frame.PING,
                "pong", Frame.PONG);

        private final Node what;

        private SendFrame(Node what) {
            this.what = what;
        }

        static SendFrame of(Node node) {
            node.only("opcode", "payload", "fin", "rsv", "masked", "mask", "length", "declared");
            SendFrame step = new SendFrame(node);
            step.build(Frame.of(step.opcode(), new byte[0]));
            if (node.has("payload")) {
                Payload.check(node.need("payload"));
            }
            return step;
        }

        /** A Close of a code, or of a map with code and reason. */
        static Step close(Node node) {
            boolean bare = node.isNumber();
            int code = bare
                    ? node.number()
                    : node.only("code", "reason").need("code").number();
            Node reason = node.get("reason");
            Frame.Builder unmasked = Frame.close(code, reason == null ? "" : reason.text());
            byte[] payload = unmasked.build().payload();
            return new Step() {
                @Override
                public void play(Conversation conversation) {
                    conversation.taint();
                    conversation.send(conversation.legal(Frame.CLOSE, payload).build());
                }

                @Override
                public String toString() {
                    return "Close " + code;
                }
            };
        }

        private int opcode() {
            Node opcode = what.need("opcode");
            if (opcode.isNumber()) {
                return opcode.number();
            }
            Integer known = OPCODES.get(opcode.text());
            if (known == null) {
                throw opcode.wrong("no opcode " + opcode + "; a number or one of " + OPCODES.keySet());
            }
            return known;
        }

        private byte[] payload() {
            Node payload = what.get("payload");
            return payload == null ? new byte[0] : Payload.of(payload);
        }

        @Override
        public void play(Conversation conversation) {
            int opcode = opcode();
            if (opcode != Frame.PING && opcode != Frame.PONG) {
                conversation.taint();
            }
            Frame.Builder frame = conversation.legal(opcode, payload());
            Node masked = what.get("masked");
            if (masked != null) {
                frame = Frame.of(opcode, payload());
                if (masked.flag()) {
                    frame.masked(Handshake.newMask());
                }
            }
            conversation.send(build(frame));
        }

        private Frame build(Frame.Builder frame) {
            Node fin = what.get("fin");
            if (fin != null) {
                frame.fin(fin.flag());
            }
            Node rsv = what.get("rsv");
            if (rsv != null) {
                frame.rsv(rsv.number());
            }
            Node mask = what.get("mask");
            if (mask != null) {
                frame.masked((int) HexFormat.fromHexDigitsToLong(mask.text()));
            }
            Node length = what.get("length");
            if (length != null) {
                frame.lengthForm(
                        switch (length.number()) {
                            case 16 -> Frame.LengthForm.TWO_BYTES;
                            case 64 -> Frame.LengthForm.EIGHT_BYTES;
                            default -> throw length.wrong("16 or 64 is expected: bits of the length");
                        });
            }
            Node declared = what.get("declared");
            if (declared != null) {
                frame.declaredLength(declared.longNumber());
            }
            return frame.build();
        }

        @Override
        public String toString() {
            return "frame " + what;
        }
    }

    /** Sends bytes that need not be a frame. */
    final class SendBytes implements Step {
        private final Node what;

        private SendBytes(Node what) {
            this.what = what;
        }

        static SendBytes of(Node what) {
            Payload.check(what);
            return new SendBytes(what);
        }

        @Override
        public void play(Conversation conversation) {
            conversation.sendRaw(Payload.of(what));
        }

        @Override
        public String toString() {
            return "bytes " + what;
        }
    }

    /**
     * Ends our direction, or the connection.
     *
     * @param reset by RST, not FIN
     */
    record EndTcp(boolean reset) implements Step {
        static EndTcp of(Node node) {
            return switch (node.text()) {
                case "fin" -> new EndTcp(false);
                case "rst" -> new EndTcp(true);
                default -> throw node.wrong("fin or rst is expected");
            };
        }

        @Override
        public void play(Conversation conversation) throws IOException, InterruptedException {
            conversation.taint();
            conversation.note(reset ? "> RST" : "> FIN");
            if (reset) {
                conversation.wire().reset();
            } else {
                conversation.wire().finish();
            }
        }

        @Override
        public String toString() {
            return "end of TCP by " + (reset ? "RST" : "FIN");
        }
    }

    /**
     * Neither sends nor reads for a time.
     *
     * @param time how long
     */
    record Pause(Duration time) implements Step {
        @Override
        public void play(Conversation conversation) throws InterruptedException {
            conversation.wire().idle(time);
        }

        @Override
        public Duration patience() {
            return time;
        }

        @Override
        public String toString() {
            return "pause of " + time.toMillis() + " ms";
        }
    }
}
