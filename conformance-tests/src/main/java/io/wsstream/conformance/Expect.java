package io.wsstream.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.wsstream.conformance.wire.Excerpt;
import io.wsstream.conformance.wire.Frame;
import io.wsstream.conformance.wire.Wire;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads until what a case expects has come, cannot come any more, or its time is over.
 *
 * <p>An expectation takes what it names from what has come and leaves the rest to the next one. One that names the Close or
 * the end of TCP wants nothing left: payload that no expectation took is a deviation.
 */
final class Expect implements Step {
    private static final Duration USUAL_BOUND = Duration.ofSeconds(10);
    /** What is to come: one part of it. */
    private interface Part {
        /** {@return null while it may still come; otherwise whether it came} */
        @Nullable
        Boolean met(Conversation conversation);

        /** {@return what there is instead} */
        String seen(Conversation conversation);

        /** Takes it, so that the next expectation does not see it. */
        default void take(Conversation conversation) {}
    }

    /** Parts that all have to come. */
    private record Alternative(List<Part> parts, boolean untilTheEnd) {}

    private final Node what;
    private final Duration bound;
    private final @Nullable Duration silence;

    private Expect(Node what) {
        this.what = what;
        Node within = what.get("within");
        Node silent = what.get("silent");
        this.bound = within == null ? USUAL_BOUND : within.duration();
        this.silence = silent == null ? null : silent.duration();
    }

    static Expect of(Node what) {
        Expect expect = new Expect(what);
        List<Alternative> unused = expect.alternatives(); // Finds mistakes before anything is connected.
        return expect;
    }

    /** {@return what may come, for one play} */
    private List<Alternative> alternatives() {
        Node any = what.get("any");
        return any != null
                ? any.list().stream().map(Expect::alternative).toList()
                : silence != null ? List.of() : List.of(alternative(what));
    }

    private static Alternative alternative(Node what) {
        List<Part> parts = new ArrayList<>();
        for (String key : what.keys()) {
            Node value = what.need(key);
            int channel = Dialect.channelNamed(key);
            switch (key) {
                case "within" -> {}
                case "status" -> parts.add(new Status(value));
                case "CLOSE" -> parts.add(new CloseSignal(value.number()));
                case "close" -> parts.add(new CloseFrame(value));
                case "end" -> parts.add(new EndOfTcp(value));
                case "pong" -> parts.add(new Pong(value));
                case "ping" -> parts.add(new Ping(value.number()));
                case "open" -> parts.add(new Open(value.isNumber() ? value.number() : -1));
                case "taken" -> parts.add(new Taken(value.number()));
                default ->
                    parts.add(
                            channel < 0
                                    ? unknown(key, value)
                                    : Payload.isPayload(value)
                                                    && !value.toString().equals("any")
                                            ? new Exactly(channel, value)
                                            : new Like(channel, value));
            }
        }
        if (parts.isEmpty()) {
            throw what.wrong("nothing is expected");
        }
        return new Alternative(
                List.copyOf(parts),
                parts.stream().anyMatch(part -> part instanceof CloseFrame || part instanceof EndOfTcp));
    }

    private static Part unknown(String key, Node value) {
        throw value.wrong("no expectation \"" + key + "\"");
    }

    @Override
    public void play(Conversation conversation) throws CaseFailure {
        if (silence != null) {
            playSilence(conversation, silence);
            return;
        }
        List<Alternative> alternatives = alternatives();
        long deadline = System.nanoTime() + bound.toNanos();
        while (true) {
            boolean mayCome = false;
            for (Alternative alternative : alternatives) {
                Boolean met = met(alternative, conversation);
                if (Boolean.TRUE.equals(met)) {
                    alternative.parts().forEach(part -> part.take(conversation));
                    checkNothingLeft(alternative, conversation);
                    return;
                }
                mayCome |= met == null;
            }
            if (!mayCome) {
                throw new CaseFailure(toString(), seen(conversation, alternatives));
            }
            if (conversation.isOver() && conversation.end() != null) {
                throw new CaseFailure(
                        toString(), seen(conversation, alternatives) + "; then the end of the connection");
            }
            long left = deadline - System.nanoTime();
            if (left <= 0 || (!conversation.receive(Duration.ofNanos(left)) && System.nanoTime() >= deadline)) {
                throw new CaseFailure(
                        toString(),
                        seen(conversation, alternatives) + "; nothing more within " + bound.toMillis() + " ms");
            }
        }
    }

    @Override
    public Duration patience() {
        return silence == null ? bound : silence;
    }

    private static @Nullable Boolean met(Alternative alternative, Conversation conversation) {
        boolean all = true;
        for (Part part : alternative.parts()) {
            Boolean met = part.met(conversation);
            if (Boolean.FALSE.equals(met)) {
                return false;
            }
            all &= met != null;
        }
        return all ? true : null;
    }

    private void playSilence(Conversation conversation, Duration time) throws CaseFailure {
        long deadline = System.nanoTime() + time.toNanos();
        int before = conversation.messages().size();
        boolean closed = conversation.close() != null;
        for (long left = time.toNanos(); left > 0; left = deadline - System.nanoTime()) {
            boolean unused = conversation.receive(Duration.ofNanos(left));
            if (conversation.messages().size() > before
                    || conversation.end() != null
                    || (!closed && conversation.close() != null)) {
                throw new CaseFailure(toString(), "a message, or the end");
            }
        }
    }

    private void checkNothingLeft(Alternative alternative, Conversation conversation) throws CaseFailure {
        if (alternative.untilTheEnd()) {
            for (var channel : conversation.channels().entrySet()) {
                if (channel.getValue().size() > 0) {
                    throw new CaseFailure(
                            toString(),
                            "besides, on channel " + channel.getKey() + ": "
                                    + Excerpt.text(channel.getValue().toArray()));
                }
            }
        }
    }

    private static String seen(Conversation conversation, List<Alternative> alternatives) {
        List<String> all = new ArrayList<>();
        alternatives.forEach(alternative -> alternative.parts().stream()
                .filter(part -> !Boolean.TRUE.equals(part.met(conversation)))
                .map(part -> part.seen(conversation))
                .filter(text -> !all.contains(text))
                .forEach(all::add));
        return String.join("; ", all);
    }

    @Override
    public String toString() {
        return what.toString();
    }

    /** Just these bytes, over however many messages. */
    private static final class Exactly implements Part {
        private final int channel;
        private final Node payload;
        private byte @Nullable [] bytes;

        Exactly(int channel, Node payload) {
            this.channel = channel;
            this.payload = payload;
            Payload.check(payload);
        }

        private byte[] expected() {
            if (bytes == null) {
                bytes = Payload.of(payload);
            }
            return bytes;
        }

        @Override
        public @Nullable Boolean met(Conversation conversation) {
            Conversation.Bytes there = conversation.channel(channel);
            int matching = there.matching(expected());
            if (matching == expected().length) {
                return true;
            }
            return (matching < there.size() || conversation.isOver()) ? false : null;
        }

        @Override
        public void take(Conversation conversation) {
            conversation.channel(channel).drop(expected().length);
        }

        @Override
        public String seen(Conversation conversation) {
            byte[] there = conversation.channel(channel).toArray();
            int from = conversation.channel(channel).matching(expected());
            return Dialect.channelName(channel) + " "
                    + (there.length > 200 && from > 0
                            ? from + " of " + expected().length + " bytes as expected, then "
                                    + Excerpt.text(Arrays.copyOfRange(there, from, there.length))
                            : Excerpt.text(there));
        }
    }

    /** Bytes that fulfil a condition. */
    private static final class Like implements Part {
        private final int channel;
        private final Condition condition;

        Like(int channel, Node condition) {
            this.channel = channel;
            this.condition = Condition.of(condition);
        }

        @Override
        public @Nullable Boolean met(Conversation conversation) {
            boolean holds = condition.holds(conversation.channel(channel).toArray());
            return holds ? Boolean.TRUE : conversation.isOver() ? Boolean.FALSE : null;
        }

        @Override
        public void take(Conversation conversation) {
            Conversation.Bytes bytes = conversation.channel(channel);
            bytes.drop(condition.taken(bytes.toArray()));
        }

        @Override
        public String seen(Conversation conversation) {
            return Dialect.channelName(channel) + " "
                    + Excerpt.text(conversation.channel(channel).toArray());
        }
    }

    /** How the session ended, in the words of its subprotocol. */
    private static final class Status implements Part {
        private final Node what;

        Status(Node what) {
            this.what = what.isText() ? what : what.only("exit", "failure", "message");
            if (what.isText() && !List.of("success", "none", "any", "failure").contains(what.text())) {
                throw what.wrong("success, none, any, failure, {exit: N} or {failure: REASON} is expected");
            }
        }

        @Override
        public @Nullable Boolean met(Conversation conversation) {
            if (what.isText() && what.text().equals("any")) {
                return conversation.isOver() ? Boolean.TRUE : null;
            }
            byte[] text = conversation.channel(Dialect.ERROR).toArray();
            Boolean pending = conversation.isOver() ? Boolean.FALSE : null;
            if (what.isText() && what.text().equals("none")) {
                return text.length > 0 ? Boolean.FALSE : conversation.isOver() ? Boolean.TRUE : null;
            }
            if (!conversation.dialect().hasJsonStatus()) {
                if (what.isText() && what.text().equals("success")) {
                    return text.length > 0 ? Boolean.FALSE : conversation.isOver() ? Boolean.TRUE : null;
                }
                return text.length > 0 ? Boolean.TRUE : pending;
            }
            JsonNode status = StatusText.parse(text);
            return status == null ? pending : Boolean.valueOf(fits(status));
        }

        private boolean fits(JsonNode status) {
            boolean success = status.path("status").asText().equals("Success");
            boolean failure = status.path("status").asText().equals("Failure");
            if (what.isText()) {
                return what.text().equals("success") ? success : failure;
            }
            Node exit = what.get("exit");
            if (exit != null) {
                return Integer.valueOf(exit.number()).equals(StatusText.exitCode(status));
            }
            Node reason = what.get("failure");
            Node message = what.get("message");
            return failure
                    && (reason == null
                            || reason.text().equals(status.path("reason").asText()))
                    && (message == null
                            || Condition.of(message)
                                    .holds(status.path("message").asText().getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void take(Conversation conversation) {
            Conversation.Bytes bytes = conversation.channel(Dialect.ERROR);
            bytes.drop(bytes.size());
        }

        @Override
        public String seen(Conversation conversation) {
            return "on the error channel "
                    + Excerpt.text(conversation.channel(Dialect.ERROR).toArray());
        }
    }

    private record CloseSignal(int channel) implements Part {
        @Override
        public @Nullable Boolean met(Conversation conversation) {
            return conversation.closedChannels().contains(channel)
                    ? Boolean.TRUE
                    : conversation.isOver() ? Boolean.FALSE : null;
        }

        @Override
        public void take(Conversation conversation) {
            conversation.closedChannels().remove(Integer.valueOf(channel));
        }

        @Override
        public String seen(Conversation conversation) {
            return "CLOSE of " + conversation.closedChannels();
        }
    }

    private static final class CloseFrame implements Part {
        private final List<Integer> codes;
        private final @Nullable Condition reason;

        CloseFrame(Node close) {
            boolean detailed = close.has("code");
            Node what = detailed ? close.only("code", "reason").need("code") : close;
            reason = detailed ? Condition.of(close.need("reason")) : null;
            codes = what.isText() && what.text().equals("any")
                    ? List.of()
                    : what.list().stream().map(Node::number).toList();
        }

        @Override
        public @Nullable Boolean met(Conversation conversation) {
            Frame close = conversation.close();
            if (close == null) {
                return conversation.end() != null ? Boolean.FALSE : null;
            }
            return (codes.isEmpty() || codes.contains(close.closeCode()))
                    && (reason == null || reason.holds(close.closeReason()));
        }

        @Override
        public String seen(Conversation conversation) {
            Frame close = conversation.close();
            return close != null
                    ? close.toString()
                    : conversation.end() == null
                            ? "no Close"
                            : conversation.end() == Wire.End.FINISHED
                                    ? "end of TCP without a Close"
                                    : "TCP reset without a Close";
        }
    }

    private static final class EndOfTcp implements Part {
        private final List<String> allowed;

        EndOfTcp(Node what) {
            allowed = what.words();
            if (!List.of("fin", "rst", "any").containsAll(allowed)) {
                throw what.wrong("fin, rst or any is expected");
            }
        }

        @Override
        public @Nullable Boolean met(Conversation conversation) {
            Wire.End end = conversation.end();
            return end == null
                    ? null
                    : allowed.contains("any") || allowed.contains(end == Wire.End.FINISHED ? "fin" : "rst");
        }

        @Override
        public String seen(Conversation conversation) {
            Wire.End end = conversation.end();
            return end == null ? "no end of TCP" : end == Wire.End.FINISHED ? "FIN" : "RST";
        }
    }

    private static final class Pong implements Part {
        private final Condition payload;

        Pong(Node payload) {
            this.payload = Condition.of(payload);
        }

        @Override
        public @Nullable Boolean met(Conversation conversation) {
            return conversation.pongs().stream().anyMatch(payload::holds)
                    ? Boolean.TRUE
                    : conversation.isOver() ? Boolean.FALSE : null;
        }

        @Override
        public void take(Conversation conversation) {
            conversation.pongs().clear();
        }

        @Override
        public String seen(Conversation conversation) {
            return "Pongs "
                    + conversation.pongs().stream()
                            .map(HexFormat.of()::formatHex)
                            .collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** So many Pings since the start. */
    private record Ping(int count) implements Part {
        @Override
        public @Nullable Boolean met(Conversation conversation) {
            return conversation.pings() >= count ? Boolean.TRUE : conversation.isOver() ? Boolean.FALSE : null;
        }

        @Override
        public String seen(Conversation conversation) {
            return conversation.pings() + " Pings";
        }
    }

    /** The first message is empty, on this channel; -1 is the one that fits what was asked for. */
    private record Open(int channel) implements Part {
        @Override
        public @Nullable Boolean met(Conversation conversation) {
            if (conversation.messages().isEmpty()) {
                return conversation.isOver() ? Boolean.FALSE : null;
            }
            Conversation.Message first = conversation.messages().get(0);
            int wanted = channel < 0 ? conversation.streams().openingChannel() : channel;
            return first.channel() == wanted && first.payloadLength() == 0;
        }

        @Override
        public String seen(Conversation conversation) {
            if (conversation.messages().isEmpty()) {
                return "no message";
            }
            Conversation.Message first = conversation.messages().get(0);
            return "first a message on channel " + first.channel() + " with " + first.payloadLength() + " bytes";
        }
    }

    /** No more than so many bytes of what was sent have been taken: the peer has stopped to read. */
    private record Taken(int mostBytes) implements Part {
        @Override
        public @Nullable Boolean met(Conversation conversation) {
            return conversation.wire().takenBytes() <= mostBytes;
        }

        @Override
        public String seen(Conversation conversation) {
            return conversation.wire().takenBytes() + " bytes taken";
        }
    }
}
