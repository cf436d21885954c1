package io.wsstream.conformance.mutants;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.wsstream.conformance.client.ClientCall;
import io.wsstream.conformance.client.ClientResult;
import io.wsstream.conformance.client.ClientUnderTest;
import io.wsstream.conformance.wire.Frame;
import io.wsstream.conformance.wire.Handshake;
import io.wsstream.conformance.wire.HttpHead;
import io.wsstream.conformance.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The smallest client that keeps every required rule for exec, and breaks those that it is told to.
 *
 * <p><b>Threads:</b> any; each run has its own connection and uses the caller's thread.
 */
final class ReferenceClient implements ClientUnderTest {
    private final Set<ClientFault> faults;

    ReferenceClient(ClientFault... faults) {
        this.faults = Set.of(faults);
    }

    @Override
    public Set<String> abilities() {
        return Set.of(STDIN, TTY, COMMAND, OFFER, TOKEN);
    }

    private boolean has(ClientFault fault) {
        return faults.contains(fault);
    }

    @Override
    public ClientResult run(ClientCall call) throws IOException, InterruptedException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), call.url().getPort());
        try (Wire wire = Wire.over(socket)) {
            return new Run(wire, call).play();
        }
    }

    /** One connection. */
    private final class Run {
        private static final Duration TICK = Duration.ofMillis(50);

        private final Wire wire;
        private final ClientCall call;
        private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        private final ByteArrayOutputStream status = new ByteArrayOutputStream();
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        private String subprotocol = "";
        private boolean inMessage;
        private boolean stdoutEnded;
        private boolean opened;
        private int closeCode = -1;

        Run(Wire wire, ClientCall call) {
            this.wire = wire;
            this.call = call;
        }

        ClientResult play() throws IOException, InterruptedException {
            String key = has(ClientFault.CONSTANT_KEY)
                    ? "dGhlIHNhbXBsZSBub25jZQ=="
                    : has(ClientFault.SHORT_KEY) ? "c2hvcnQ=" : Handshake.newKey();
            String offer = call.offer().orElse("v5.channel.k8s.io, v4.channel.k8s.io");
            wire.send(request(key, offer).getBytes(ISO_8859_1));
            HttpHead head = wire.readHead(Duration.ofSeconds(10));
            String refused = head == null ? "no answer" : refusal(head, key, offer);
            if (refused != null) {
                boolean body = head != null && head.status() != 101;
                byte[] said = body ? wire.readBytes(1 << 16, Duration.ofSeconds(1)) : new byte[0];
                String told = has(ClientFault.REFUSAL_NOT_TOLD) ? "refused" : refused + " " + new String(said, UTF_8);
                boolean fine = body && has(ClientFault.REFUSAL_IS_SUCCESS);
                return new ClientResult(fine ? 0 : 1, new byte[0], told.getBytes(UTF_8));
            }
            subprotocol =
                    Objects.requireNonNull(head).first("Sec-WebSocket-Protocol").orElse("");
            if (has(ClientFault.EARLY_FRAMES_LOST)) {
                wire.idle(Duration.ofMillis(100));
                wire.readBytes(1, Duration.ofMillis(1));
                wire.rest(1 << 20);
            }
            sendInput();
            return result(read());
        }

        private String request(String key, String offer) {
            StringBuilder query = new StringBuilder("container=main");
            List<String> words =
                    has(ClientFault.COMMAND_IN_ONE_WORD) ? List.of(String.join(" ", call.command())) : call.command();
            words.forEach(word -> query.append("&command=").append(URLEncoder.encode(word, UTF_8)));
            boolean stdin = call.stdin().isPresent() && !has(ClientFault.STDIN_NOT_ASKED_FOR);
            query.append("&stdin=").append(stdin).append("&tty=").append(call.tty());
            if (!has(ClientFault.STREAMS_NOT_ASKED_FOR)) {
                query.append("&stdout=true&stderr=").append(!call.tty());
            }
            return (has(ClientFault.POSTED) ? "POST" : "GET") + " /api/v1/namespaces/default/pods/" + call.pod()
                    + "/exec?" + query + " HTTP/1.1\r\nHost: "
                    + call.url().getAuthority()
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
                    + (has(ClientFault.OLD_VERSION) ? 8 : 13) + "\r\nSec-WebSocket-Key: " + key
                    + "\r\nSec-WebSocket-Protocol: " + offer + "\r\n"
                    + (has(ClientFault.NO_TOKEN) ? "" : "Authorization: Bearer " + ClientCall.TOKEN + "\r\n") + "\r\n";
        }

        private @Nullable String refusal(HttpHead head, String key, String offer) {
            if (head.status() != 101 && !(head.status() == 200 && has(ClientFault.ANY_HTTP_STATUS_TAKEN))) {
                return "refused with " + head.firstLine();
            }
            boolean upgrade = head.lists("Upgrade", "websocket") && head.lists("Connection", "upgrade");
            boolean accept = head.all("Sec-WebSocket-Accept").equals(List.of(Handshake.accept(key)));
            String chosen = head.first("Sec-WebSocket-Protocol").orElse("");
            boolean offered = Arrays.asList(offer.split(", ", -1)).contains(chosen);
            if ((!upgrade && !has(ClientFault.UPGRADE_NOT_CHECKED) && head.status() == 101)
                    || (!accept && !has(ClientFault.ACCEPT_NOT_CHECKED) && head.status() == 101)
                    || (!offered
                            && head.status() == 101
                            && !has(
                                    chosen.isEmpty()
                                            ? ClientFault.NO_SUBPROTOCOL_TAKEN
                                            : ClientFault.ANY_SUBPROTOCOL_TAKEN))
                    || head.first("Sec-WebSocket-Extensions").isPresent()) {
                return "a 101 that does not fit";
            }
            return null;
        }

        // Frames out.

        private boolean isBase64() {
            return subprotocol.contains("base64");
        }

        private void sendInput() throws IOException, InterruptedException {
            boolean v5 = subprotocol.startsWith("v5");
            boolean hasSizes = subprotocol.matches("v[345]\\..*");
            if ((call.tty() && (hasSizes || has(ClientFault.SIZE_BEFORE_V3)) && !has(ClientFault.NO_SIZE))
                    || has(ClientFault.SIZE_WITHOUT_TERMINAL)) {
                int channel = has(ClientFault.SIZE_ON_3) ? 3 : 4;
                send(channel, "{\"Width\":80,\"Height\":24}\n".getBytes(UTF_8));
            }
            if (has(ClientFault.STDIN_UNASKED)) {
                send(0, new byte[] {'x'});
            }
            byte[] input = call.stdin().orElse(new byte[0]);
            boolean closes = (v5 || has(ClientFault.HALF_CLOSE_BEFORE_V5)) && !has(ClientFault.NO_HALF_CLOSE);
            boolean ends = call.stdin().isPresent() && (!call.stdinStaysOpen() || has(ClientFault.HALF_CLOSE_AT_ONCE));
            if (closes && ends && has(ClientFault.HALF_CLOSE_BEFORE_DATA)) {
                halfClose();
            }
            int most = has(ClientFault.BIG_STDIN) ? 1 << 20 : 32 << 10;
            int length = has(ClientFault.INPUT_CUT) ? Math.min(input.length, 500_000) : input.length;
            for (int from = 0; from < length; from += most) {
                send(
                        has(ClientFault.INPUT_ON_1) ? 1 : 0,
                        Arrays.copyOfRange(input, from, Math.min(length, from + most)));
            }
            if (has(ClientFault.SLOW_READER_GIVEN_UP) && !wire.awaitWritten(Duration.ofSeconds(1))) {
                wire.close();
            }
            if (closes && ends && !has(ClientFault.HALF_CLOSE_BEFORE_DATA)) {
                halfClose();
                if (has(ClientFault.HALF_CLOSE_TWICE)) {
                    halfClose();
                }
                if (has(ClientFault.STDIN_AFTER_HALF_CLOSE)) {
                    send(0, new byte[] {'x'});
                }
            }
            if (has(ClientFault.EMPTY_MESSAGE_SENT)) {
                frame(Frame.of(Frame.BINARY, new byte[0]));
            }
        }

        private void halfClose() {
            byte channel = (byte) (has(ClientFault.HALF_CLOSE_OF_NOTHING) ? 9 : 0);
            frame(Frame.of(Frame.BINARY, new byte[] {(byte) 0xFF, channel}));
        }

        private void send(int channel, byte[] payload) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.write(isBase64() ? '0' + channel : channel);
            Base64.Encoder encoder = Base64.getEncoder();
            bytes.writeBytes(
                    !isBase64()
                            ? payload
                            : (has(ClientFault.BASE64_WITHOUT_PADDING) ? encoder.withoutPadding() : encoder)
                                    .encode(payload));
            byte[] all = bytes.toByteArray();
            int opcode = isBase64() || has(ClientFault.TEXT_ON_RAW) ? Frame.TEXT : Frame.BINARY;
            if (has(ClientFault.FRAGMENTS_SENT) && all.length > 2) {
                frame(Frame.of(opcode, Arrays.copyOf(all, 2)).fin(false));
                frame(Frame.of(Frame.CONTINUATION, Arrays.copyOfRange(all, 2, all.length)));
            } else {
                frame(Frame.of(opcode, all));
            }
        }

        private void frame(Frame.Builder frame) {
            if (!has(ClientFault.UNMASKED_SENT)) {
                frame.masked(has(ClientFault.ONE_MASK) ? 0x12345678 : Handshake.newMask());
            }
            if (has(ClientFault.LONG_LENGTH_SENT)) {
                frame.lengthForm(Frame.LengthForm.EIGHT_BYTES);
            }
            wire.send(frame.build().encode());
        }

        private void close(int code) throws InterruptedException {
            if (!has(ClientFault.CLOSE_UNANSWERED)) {
                boolean bare = code == Frame.NO_CODE;
                byte[] payload = bare ? new byte[0] : ReferenceServer.closePayload(code);
                frame(Frame.of(
                        Frame.CLOSE,
                        has(ClientFault.ILLEGAL_CODE_SENT) ? ReferenceServer.closePayload(1005) : payload));
            }
            if (has(ClientFault.PONG_AFTER_CLOSE)) {
                frame(Frame.of(Frame.PONG, new byte[0]));
            }
            wire.awaitWritten(Duration.ofSeconds(5));
        }

        // Frames in.

        /** {@return what went wrong; null if the server closed the session} */
        private @Nullable String read() throws IOException, InterruptedException {
            long nextPing = System.nanoTime();
            long lastData = nextPing;
            while (closeCode < 0) {
                if (System.nanoTime() > nextPing && !has(ClientFault.NO_PINGS)) {
                    frame(Frame.of(Frame.PING, new byte[0]));
                    nextPing += Duration.ofSeconds(5).toNanos();
                }
                Frame frame = wire.readFrame(TICK);
                lastData = frame == null || frame.isControl() ? lastData : System.nanoTime();
                if (System.nanoTime() - lastData > 10_000_000_000L && has(ClientFault.SILENCE_IS_LOSS)) {
                    return "silence";
                }
                if (frame == null && wire.end() != null) {
                    if (has(ClientFault.CUT_FRAME_TAKEN)) {
                        byte[] cut = wire.rest(1 << 20);
                        takeMessage(Arrays.copyOfRange(cut, Math.min(2, cut.length), cut.length));
                    }
                    return wire.end() == Wire.End.BROKEN ? "reset" : "lost";
                }
                if (frame != null && !take(frame)) {
                    close(1002);
                    return "a rule was broken";
                }
            }
            close(closeCode);
            while (has(ClientFault.STDIN_HOLDS_THE_END) && call.stdinStaysOpen()) {
                wire.idle(TICK);
            }
            return null;
        }

        private boolean take(Frame frame) {
            boolean isData = frame.opcode() <= Frame.BINARY;
            boolean known = isData || (frame.opcode() >= Frame.CLOSE && frame.opcode() <= Frame.PONG);
            if ((frame.rsv() != 0 && !has(ClientFault.RESERVED_BIT_TAKEN))
                    || (!known && !has(ClientFault.RESERVED_OPCODE_TAKEN))
                    || (frame.masked() && !has(ClientFault.MASKED_TAKEN))
                    || (frame.isControl() && !frame.fin() && !has(ClientFault.FRAGMENTED_CONTROL_TAKEN))
                    || (frame.isControl() && frame.payload().length > 125 && !has(ClientFault.LONG_CONTROL_TAKEN))) {
                return false;
            }
            switch (frame.opcode()) {
                case Frame.CLOSE -> {
                    int code = frame.closeCode();
                    boolean reserved = code == 1004 || code == 1006 || (code == 1005 && frame.payload().length > 0);
                    if (code == -1 && has(ClientFault.HALF_A_CODE_TAKEN)) {
                        closeCode = 1000;
                        status.writeBytes("{\"status\":\"Success\"}".getBytes(UTF_8));
                        return true;
                    }
                    if (code < 1000 || code > 4999 || reserved) {
                        return false;
                    }
                    closeCode = code;
                }
                case Frame.PONG -> {
                    return frame.payload().length == 0 || !has(ClientFault.UNASKED_PONG_KILLS);
                }
                case Frame.PING -> {
                    if (has(ClientFault.PING_BREAKS_FRAGMENTS)) {
                        message.reset();
                    }
                    if (!has(ClientFault.PING_IGNORED)) {
                        frame(Frame.of(Frame.PONG, frame.payload()));
                    }
                }
                case Frame.CONTINUATION, Frame.TEXT, Frame.BINARY -> {
                    return takeData(frame);
                }
                default -> {}
            }
            return true;
        }

        private boolean takeData(Frame frame) {
            if (has(ClientFault.FRAGMENTS_CUT)) {
                return takeMessage(frame.payload());
            }
            if (frame.payload().length > 1 << 20 && has(ClientFault.SMALL_LIMIT)) {
                return false;
            }
            boolean continues = frame.opcode() == Frame.CONTINUATION;
            if (continues != inMessage
                    && !has(
                            continues
                                    ? ClientFault.CONTINUATION_OF_NOTHING_TAKEN
                                    : ClientFault.MESSAGE_INSIDE_A_MESSAGE_TAKEN)) {
                return false;
            }
            inMessage = !frame.fin();
            message.writeBytes(frame.payload());
            if (inMessage) {
                return true;
            }
            byte[] whole = message.toByteArray();
            message.reset();
            return takeMessage(whole);
        }

        private boolean takeMessage(byte[] bytes) {
            if (bytes.length == 0) {
                return true;
            }
            int channel = isBase64() ? (bytes[0] - '0') & 0xFF : bytes[0] & 0xFF;
            byte[] payload = Arrays.copyOfRange(bytes, 1, bytes.length);
            if (isBase64()) {
                payload = Base64.getDecoder().decode(payload);
            }
            if (payload.length == 0 && has(ClientFault.EMPTY_PAYLOAD_ENDS_STDOUT) && opened) {
                stdoutEnded = true;
            }
            boolean opening = !opened && payload.length > 0 && has(ClientFault.WAITS_FOR_OPENING);
            opened = true;
            if (channel == 255 && has(ClientFault.HALF_CLOSE_OF_THE_SERVER_KILLS)) {
                return false;
            }
            if (opening) {
                return true; // Lost, taken for the opening message.
            }
            ByteArrayOutputStream to = switch (channel) {
                case 1 -> stdoutEnded ? null : stdout;
                case 2 -> has(ClientFault.STDERR_ON_STDOUT) ? stdout : stderr;
                case 3 -> status;
                default -> has(ClientFault.UNKNOWN_CHANNEL_ON_STDOUT) ? stdout : null;
            };
            if (to == status && has(ClientFault.LAST_PIECE_OF_THE_STATUS)) {
                status.reset();
            }
            if (to == status && has(ClientFault.FIRST_OF_TWO_STATUSES) && status.size() > 0) {
                return true;
            }
            if (to == stdout && has(ClientFault.OUTPUT_CUT) && stdout.size() > 4_000_000) {
                return true;
            }
            if (to == stderr && has(ClientFault.STDERR_CUT) && stderr.size() > 100_000) {
                return true;
            }
            if (to != null) {
                to.writeBytes(payload);
            }
            return true;
        }

        // The result.

        private ClientResult result(@Nullable String broken) {
            String said = "";
            int code = 1;
            boolean complete = status.size() > 0 && subprotocol.matches("v[45]\\..*");
            if (has(ClientFault.HALF_CLOSE_ENDS_READING)
                    && !call.stdinStaysOpen()
                    && call.stdin().isPresent()) {
                return new ClientResult(0, new byte[0], new byte[0]);
            }
            if (broken != null && (!complete || broken.startsWith("a rule"))) {
                boolean fine = (broken.equals("lost") && has(ClientFault.LOSS_IS_SUCCESS))
                        || (broken.equals("reset") && has(ClientFault.RESET_IS_SUCCESS));
                return new ClientResult(fine ? 0 : 1, stdout.toByteArray(), concat(stderr, broken));
            }
            boolean json = subprotocol.matches("v[45]\\..*") || has(ClientFault.JSON_BEFORE_V4);
            String text = status.toString(UTF_8);
            if (has(ClientFault.STATUS_ON_STDOUT)) {
                stdout.writeBytes(status.toByteArray());
            }
            if (!json || (text.isEmpty() && !subprotocol.matches("v[45]\\..*"))) {
                boolean success = (text.isEmpty() && closeCode == 1000 && !has(ClientFault.SILENCE_IS_FAILURE))
                        || (!text.isEmpty() && has(ClientFault.TEXT_IS_SUCCESS));
                code = success ? 0 : 1;
                said = text;
            } else if (text.isEmpty()) {
                boolean success = has(ClientFault.NO_STATUS_IS_SUCCESS) && closeCode == 1000;
                code = success || (has(ClientFault.ANY_CODE_IS_SUCCESS) && closeCode != 1000) ? 0 : 1;
                said = "no status";
            } else {
                try {
                    JsonNode read = MAPPER.readTree(text);
                    code = code(read);
                    said = has(ClientFault.FAILURE_NOT_TOLD) || code == 0
                            ? ""
                            : find(read, "message").asText();
                } catch (JsonProcessingException noJson) {
                    code = has(ClientFault.NO_JSON_IS_SUCCESS) ? 0 : 1;
                    said = "no JSON";
                }
            }
            return new ClientResult(code, stdout.toByteArray(), concat(stderr, said));
        }

        private int code(JsonNode read) {
            if (has(ClientFault.METADATA_EXPECTED) && !read.has("metadata")) {
                return 1;
            }
            String word =
                    find(read, "status").isTextual() ? find(read, "status").asText() : "";
            if (word.equals("Success")) {
                return read.size() > 2 && has(ClientFault.SUCCESS_WITH_MORE_IS_FAILURE) ? 1 : 0;
            }
            if (!word.equals("Failure")) {
                return has(ClientFault.OTHER_STATUS_IS_SUCCESS) ? 0 : 1;
            }
            if (!find(read, "reason").asText().equals("NonZeroExitCode") || has(ClientFault.EXIT_CODE_LOST)) {
                return 1;
            }
            for (JsonNode cause : find(find(read, "details"), "causes")) {
                if (find(cause, "reason").asText().equals("ExitCode")) {
                    String digits = find(cause, "message").asText();
                    if (digits.matches("[0-9]{1,3}") && Integer.parseInt(digits) < 256) {
                        return Integer.parseInt(digits);
                    }
                    return has(ClientFault.BROKEN_EXIT_CODE_IS_SUCCESS) ? 0 : 1;
                }
            }
            return has(ClientFault.NO_CAUSE_IS_SUCCESS) ? 0 : 1;
        }
    }

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** {@return the field of this name in any case} */
    private JsonNode find(JsonNode in, String name) {
        return in.properties().stream()
                .filter(field -> has(ClientFault.NAMES_IN_ONE_CASE)
                        ? field.getKey().equals(name)
                        : field.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(MAPPER.missingNode());
    }

    private static byte[] concat(ByteArrayOutputStream stderr, String said) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(stderr.toByteArray());
        all.writeBytes(said.getBytes(UTF_8));
        return all.toByteArray();
    }
}
