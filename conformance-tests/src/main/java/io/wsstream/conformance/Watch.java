package io.wsstream.conformance;

import com.google.errorprone.annotations.Immutable;
import io.wsstream.conformance.wire.Frame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A rule that holds on every connection, whatever is played on it. A case names it with {@code watch}; it fails with the
 * first connection of the whole run that broke the rule.
 */
enum Watch {
    // Of either side; PROTOCOL.md 5.

    SHORTEST_LENGTH(frames(frame -> frame.lengthForm() != Frame.LengthForm.shortestOf(frame.declaredLength()))),
    NO_RESERVED_BITS(frames(frame -> frame.rsv() != 0)),
    NO_RESERVED_OPCODES(
            frames(frame -> frame.opcode() > Frame.PONG || (frame.opcode() > Frame.BINARY && !frame.isControl()))),
    SMALL_CONTROL_FRAMES(frames(frame -> frame.isControl() && frame.declaredLength() > 125)),
    FINAL_CONTROL_FRAMES(frames(frame -> frame.isControl() && !frame.fin())),
    LEGAL_CLOSE_CODE(frames(frame -> frame.opcode() == Frame.CLOSE && !isLegalClose(frame))),
    CLOSE_REASON_IN_UTF8(frames(frame -> frame.opcode() == Frame.CLOSE && !isUtf8(frame.closeReason()))),
    NO_FRAGMENTS(frames(frame -> !frame.isControl() && (!frame.fin() || frame.opcode() == Frame.CONTINUATION))),
    NOTHING_AFTER_CLOSE(session(conversation ->
            conversation.framesAfterClose() > 0 ? conversation.framesAfterClose() + " frames after the Close" : null)),
    NO_EMPTY_MESSAGE(messages((message, conversation) -> message.length() == 0)),
    OPCODE_OF_CODEC(messages((message, conversation) -> message.channel() != Dialect.CLOSE
            && message.opcode() != conversation.dialect().opcode())),
    CANONICAL_BASE64(messages((message, conversation) -> !message.canonical())),

    // Of servers; PROTOCOL.md 5.7.2, 6, 11, 12.

    UNMASKED(frames(Frame::masked)),
    OPENING_FIRST(session(conversation -> {
        if (conversation.messages().isEmpty()) {
            return null;
        }
        Conversation.Message first = conversation.messages().get(0);
        return first.channel() == conversation.streams().openingChannel() && first.payloadLength() == 0
                ? null
                : "first " + described(first);
    })),
    OPENING_ONCE(session(conversation -> {
        long empty = conversation.messages().stream()
                .filter(message -> message.length() > 0 && message.payloadLength() == 0)
                .count();
        return empty > 1 ? empty + " messages of a channel alone" : null;
    })),
    CHANNELS_OF_SERVER(messages((message, conversation) -> message.channel() != Conversation.Message.NO_CHANNEL
            && (message.channel() < Dialect.STDOUT || message.channel() > Dialect.ERROR))),
    ONLY_WHAT_WAS_ASKED_FOR(messages((message, conversation) -> (message.channel() == Dialect.STDOUT
                    && !conversation.streams().stdout())
            || (message.channel() == Dialect.STDERR && !conversation.streams().stderr()))),
    NO_STDERR_WITH_TTY(
            messages((message, conversation) -> conversation.streams().tty() && message.channel() == Dialect.STDERR)),
    STATUS_IN_ONE_MESSAGE(session(conversation -> {
        long count = conversation.messages().stream()
                .filter(message -> message.channel() == Dialect.ERROR && message.payloadLength() > 0)
                .count();
        return count > 1 ? count + " messages on the error channel" : null;
    })),
    STATUS_LAST(session(conversation -> conversation.messagesAfterStatus() > 0
            ? conversation.messagesAfterStatus() + " messages after the status"
            : null)),
    STATUS_BEFORE_1000(session(conversation -> {
        Frame close = conversation.close();
        return close != null
                        && close.closeCode() == 1000
                        && conversation.dialect().hasJsonStatus()
                        && !conversation.isTainted()
                        && conversation.messagesAfterStatus() < 0
                ? "Close 1000 without a status"
                : null;
    })),
    CLOSE_BEFORE_END(session(
            conversation -> conversation.end() != null && conversation.close() == null && !conversation.isTainted()
                    ? "the end of TCP without a Close"
                    : null)),

    // Of clients; PROTOCOL.md 5.6.2, 5.7, 6, 7.

    MASKED(frames(frame -> !frame.masked())),
    FRESH_MASKS(session(conversation -> {
        List<Integer> keys = conversation.frames().stream().map(Frame::maskKey).toList();
        return keys.size() > 2 && keys.stream().distinct().count() <= keys.size() / 2
                ? keys.size() + " frames with the masking keys "
                        + keys.stream().distinct().map(Integer::toHexString).collect(Collectors.joining(", "))
                : null;
    })),
    CHANNELS_OF_CLIENT(messages((message, conversation) -> !List.of(
                    Conversation.Message.NO_CHANNEL, Dialect.STDIN, Dialect.RESIZE, Dialect.CLOSE)
            .contains(message.channel()))),
    CLOSE_ON_V5_ONLY(messages((message, conversation) ->
            message.channel() == Dialect.CLOSE && !conversation.dialect().hasClose())),
    CLOSE_OF_ONE_CHANNEL(messages((message, conversation) ->
            message.channel() == Dialect.CLOSE && (message.payloadLength() != 1 || message.second() > Dialect.RESIZE))),
    NO_STDIN_AFTER_CLOSE(session(conversation -> {
        boolean closed = false;
        for (Conversation.Message message : conversation.messages()) {
            closed |= isCloseOfStdin(message);
            if (closed && message.channel() == Dialect.STDIN) {
                return described(message) + " after the CLOSE of stdin";
            }
        }
        return null;
    })),
    CLOSE_ONCE(session(conversation -> {
        long count =
                conversation.messages().stream().filter(Watch::isCloseOfStdin).count();
        return count > 1 ? count + " CLOSE of stdin" : null;
    })),
    RESIZE_WITH_TTY_ONLY(messages((message, conversation) ->
            message.channel() == Dialect.RESIZE && !conversation.streams().tty())),
    RESIZE_FROM_V3_ON(messages((message, conversation) ->
            message.channel() == Dialect.RESIZE && !conversation.dialect().hasResize())),
    STDIN_IF_ASKED_FOR(messages((message, conversation) ->
            message.channel() == Dialect.STDIN && !conversation.streams().stdin())),
    SMALL_STDIN(messages((message, conversation) -> message.payloadLength() > 32 << 10));

    @Immutable
    private interface Rule {
        @Nullable
        String complaint(Conversation conversation);
    }

    @Immutable
    private interface FrameTest {
        boolean breaks(Frame frame);
    }

    @Immutable
    private interface MessageTest {
        boolean breaks(Conversation.Message message, Conversation conversation);
    }

    private final Rule rule;

    Watch(Rule rule) {
        this.rule = rule;
    }

    /** {@return the watch that a case names} */
    static Watch of(Node node) {
        return Arrays.stream(values())
                .filter(watch -> watch.label().equals(node.text()))
                .findFirst()
                .orElseThrow(() -> node.wrong("no watch \"" + node.text() + "\""));
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return what breaks the rule; null if nothing does} */
    @Nullable
    String complaint(Conversation conversation) {
        return rule.complaint(conversation);
    }

    /** Of every frame, whatever it carries. */
    private static Rule frames(FrameTest test) {
        return conversation -> conversation.frames().stream()
                .filter(test::breaks)
                .map(Frame::toString)
                .findFirst()
                .orElse(null);
    }

    /** Of the streams of a process. */
    private static Rule session(Rule rule) {
        return conversation -> conversation.isExec() ? rule.complaint(conversation) : null;
    }

    private static Rule messages(MessageTest test) {
        return session(conversation -> conversation.messages().stream()
                .filter(message -> test.breaks(message, conversation))
                .map(Watch::described)
                .findFirst()
                .orElse(null));
    }

    private static String described(Conversation.Message message) {
        return "a message of opcode " + message.opcode()
                + (message.length() == 0
                        ? " without a byte"
                        : " on channel " + message.channel() + " with " + message.payloadLength() + " bytes");
    }

    private static boolean isCloseOfStdin(Conversation.Message message) {
        return message.channel() == Dialect.CLOSE && message.second() == Dialect.STDIN;
    }

    /** A Close may be empty; a code may not be one of those that never go over the wire. */
    private static boolean isLegalClose(Frame close) {
        int code = close.closeCode();
        return close.payload().length == 0
                || (code >= 1000 && code <= 1014 && code != 1004 && code != Frame.NO_CODE && code != 1006)
                || (code >= 3000 && code <= 4999);
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException notUtf8) {
            return false;
        }
    }
}
