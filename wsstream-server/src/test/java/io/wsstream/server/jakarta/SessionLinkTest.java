package io.wsstream.server.jakarta;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wsstream.core.ConnectionLostException;
import io.wsstream.core.ProtocolViolationException;
import io.wsstream.core.WsStreamException;
import io.wsstream.core.WsTimeoutException;
import io.wsstream.core.transport.Transport;
import io.wsstream.core.websocket.Role;
import io.wsstream.core.websocket.WebSocketSettings;
import io.wsstream.core.websocket.WebSocketTransport;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A container that is slow, that fails, or that says nothing: what becomes of a session over it. */
@Timeout(60)
class SessionLinkTest {
    private static final WebSocketSettings SETTINGS = new WebSocketSettings(
            20,
            100,
            50,
            Duration.ofSeconds(15),
            Duration.ofSeconds(61),
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60));
    private static final long SECOND = 1_000_000_000L;

    private final FakeSession container = new FakeSession();

    /** Calls of the container that may block, run when the test says so. */
    private final Deque<Runnable> blocking = new ArrayDeque<>();

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger over = new AtomicInteger();
    private final SessionLink link = new SessionLink(container.session(), blocking::add);
    private final WebSocketTransport transport = new WebSocketTransport(Role.SERVER, link, SETTINGS);
    private volatile boolean pauseAfterNext;

    SessionLinkTest() {
        link.bind(transport, over::incrementAndGet);
        container.calls.clear();
        transport.start(new Transport.Receiver() {
            @Override
            public void onMessagePart(ByteBuffer part, boolean first, boolean last) {
                told.add((first ? "[" : "") + ISO_8859_1.decode(part) + (last ? "]" : ""));
                if (pauseAfterNext) {
                    transport.pauseReads();
                }
            }

            @Override
            public void onWritable() {
                told.add("writable");
            }

            @Override
            public void onClose(int code, String reason) {
                told.add("close " + code + " " + reason);
            }

            @Override
            public void onEnd(@Nullable WsStreamException failure) {
                told.add("end " + (failure == null ? "" : failure.getClass().getSimpleName()));
            }
        });
    }

    private void send(String text) {
        transport.send(false, ByteBuffer.wrap(text.getBytes(ISO_8859_1)), 0, () -> told.add("released " + text));
    }

    private void runBlocking() {
        for (Runnable next = blocking.poll(); next != null; next = blocking.poll()) {
            next.run();
        }
    }

    private void closed(CloseReason.CloseCode code, String reason) {
        link.onClose(new CloseReason(code, reason));
    }

    // ---- output

    @Test
    void oneMessageIsUnderWayAtATime() {
        send("a");
        send("b");
        assertThat(container.calls).containsExactly("binary a");

        container.called(container.sent());

        assertThat(container.calls).containsExactly("binary a", "binary b");
        assertThat(told).containsExactly("released a");
    }

    @Test
    void aContainerThatCallsBackInsideTheCallGetsAllInOrderHoweverMany() {
        int many = 20_000;
        send("0");
        for (int i = 1; i < many; i++) {
            send("" + i);
        }
        container.atOnce = true;

        container.called(container.sent());

        assertThat(container.calls)
                .containsExactlyElementsOf(
                        IntStream.range(0, many).mapToObj(i -> "binary " + i).toList());
        assertThat(transport.queuedBytes()).isZero();
    }

    @Test
    void whatTheContainerHasNotTakenCountsAsQueued() {
        send("x".repeat(60));
        send("y".repeat(60));
        assertThat(transport.isWritable()).isFalse();

        container.called(container.sent());
        assertThat(told).doesNotContain("writable");
        container.called(container.sent());

        assertThat(transport.isWritable()).isTrue();
        assertThat(told).contains("writable");
    }

    @Test
    void textGoesAsText() {
        transport.send(true, ByteBuffer.wrap("1aGk=".getBytes(ISO_8859_1)), 0, null);

        assertThat(container.calls).containsExactly("text 1aGk=");
    }

    @Test
    void aLongMessageGoesWithoutItsHeader() {
        send("x".repeat(200));
        container.called(container.sent());
        send("y".repeat(70_000));

        assertThat(container.calls).containsExactly("binary " + "x".repeat(200), "binary " + "y".repeat(70_000));
    }

    @Test
    void closeWaitsForWhatWasSentAndKeepsOffTheCallersThread() {
        send("status");
        transport.close(1000, "done");
        assertThat(blocking).isEmpty();

        container.called(container.sent());
        assertThat(container.calls).containsExactly("binary status");
        runBlocking();

        assertThat(container.calls).containsExactly("binary status", "close 1000 done");
    }

    @Test
    void aSendThatFailsEndsTheConnectionAndLetsGoOfAll() {
        send("a");
        send("b");

        container.called(container.failed(new IOException("broken pipe")));
        runBlocking();

        assertThat(told).contains("released a", "released b", "end ConnectionLostException");
        assertThat(container.calls).last().asString().startsWith("close 1011");
        assertThat(over).hasPositiveValue();
        assertThat(transport.queuedBytes()).isZero();
    }

    @Test
    void aSendThatThrowsEndsTheConnectionToo() {
        container.broken = true;
        send("a");

        assertThat(told).contains("released a", "end ConnectionLostException");
    }

    @Test
    void aContainerThatNeverCallsBackKeepsNothingOnceItSaysTheEnd() {
        send("a");
        send("b");

        closed(CloseCodes.CLOSED_ABNORMALLY, "");

        assertThat(told).contains("released a", "released b", "end ConnectionLostException");
        assertThat(container.calls).containsExactly("binary a");
    }

    @Test
    void aLateCallBackChangesNothing() {
        send("a");
        closed(CloseCodes.CLOSED_ABNORMALLY, "");
        List<String> before = List.copyOf(told);

        container.called(container.sent());

        assertThat(told).isEqualTo(before);
    }

    // ---- input

    @Test
    void partsStayPartsOfTheirMessage() {
        container.binary("ab", false);
        container.binary("cd", false);
        container.binary("", true);
        container.text("ef", true);

        assertThat(told).containsExactly("[ab", "cd", "]", "[ef]");
    }

    @Test
    void aMessageThatIsTooLongInAllIsClosedWith1009() {
        container.binary("x".repeat(15), false);
        container.binary("y".repeat(15), true);
        runBlocking();

        assertThat(told)
                .containsExactly("[" + "x".repeat(15), "end " + ProtocolViolationException.class.getSimpleName());
        assertThat(container.calls).last().asString().startsWith("close 1009");
    }

    @Test
    void whileReadsArePausedTheContainersThreadWaitsWithWhatComes() throws Exception {
        pauseAfterNext = true;
        container.binary("first", true);

        Thread next = deliver("second");
        assertThat(told).containsExactly("[first]");
        transport.resumeReads();
        next.join(TimeUnit.SECONDS.toMillis(10));

        assertThat(told).containsExactly("[first]", "[second]");
    }

    @Test
    void theEndFreesAThreadThatWaits() throws Exception {
        pauseAfterNext = true;
        container.binary("first", true);
        Thread next = deliver("second");

        closed(CloseCodes.CLOSED_ABNORMALLY, "");
        next.join(TimeUnit.SECONDS.toMillis(10));

        assertThat(next.isAlive()).isFalse();
        assertThat(told).containsExactly("[first]", "end " + ConnectionLostException.class.getSimpleName());
    }

    @Test
    void aContainerThatWantsItsThreadBackGetsItAndTheSessionEnds() throws Exception {
        pauseAfterNext = true;
        container.binary("first", true);
        Thread next = deliver("second");

        next.interrupt();
        next.join(TimeUnit.SECONDS.toMillis(10));
        runBlocking();

        assertThat(next.isAlive()).isFalse();
        assertThat(told).containsExactly("[first]", "end " + ConnectionLostException.class.getSimpleName());
        assertThat(container.calls).containsExactly("close 1001");
    }

    /** Hands a message over on a thread of its own, and waits until that waits. */
    private Thread deliver(String text) {
        Thread thread = new Thread(() -> container.binary(text, true));
        thread.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> thread.getState() == Thread.State.WAITING);
        return thread;
    }

    // ---- the end

    @Test
    void theClientsCloseIsTold() {
        closed(CloseCodes.NORMAL_CLOSURE, "bye");

        assertThat(told).containsExactly("close 1000 bye", "end ");
    }

    @Test
    void theClientsCloseWithoutACodeIsTold() {
        closed(CloseCodes.NO_STATUS_CODE, "");

        assertThat(told).containsExactly("close 1005 ", "end ");
    }

    @Test
    void aConnectionThatIsJustGoneIsLost() {
        closed(CloseCodes.CLOSED_ABNORMALLY, "");

        assertThat(told).containsExactly("end ConnectionLostException");
    }

    @Test
    void afterOurCloseTheContainersWordIsAProperEnd() {
        transport.close(1000, "");
        runBlocking();
        closed(CloseCodes.NORMAL_CLOSURE, "");

        assertThat(told).containsExactly("end ");
        assertThat(container.calls).containsExactly("close 1000");
    }

    @Test
    void anErrorOfTheContainerEndsTheConnection() {
        link.onError(new IOException("reset"));
        runBlocking();

        assertThat(told).containsExactly("end ConnectionLostException");
        assertThat(container.calls).containsExactly("close 1011");
    }

    // ---- time

    @Test
    void pingsGoOutOffTheTimersThreadAndTheirPongsAreSignsOfLife() {
        transport.tick(0);
        for (int i = 1; i <= 10; i++) {
            transport.tick(i * 15L * SECOND);
            runBlocking();
            container.pong();
        }

        assertThat(container.calls).hasSize(10).containsOnly("ping");
        assertThat(told).isEmpty();
    }

    @Test
    void aClientThatIsSilentIsLostAndNeverClosedWith1000() {
        transport.tick(0);
        for (int i = 1; i <= 5; i++) {
            transport.tick(i * 15L * SECOND);
            runBlocking();
        }

        assertThat(told).containsExactly("end " + WsTimeoutException.class.getSimpleName());
        assertThat(container.calls).last().isEqualTo("close 1001");
    }

    @Test
    void theContainersOwnIdleTimeoutIsOff() {
        FakeSession other = new FakeSession();
        SessionLink unused = new SessionLink(other.session(), Runnable::run);
        unused.bind(new WebSocketTransport(Role.SERVER, unused, SETTINGS), () -> {});

        assertThat(other.calls).containsExactly("idle -1");
    }
}
