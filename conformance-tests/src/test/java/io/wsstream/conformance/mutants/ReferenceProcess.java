package io.wsstream.conformance.mutants;

import io.wsstream.pty.KillPolicy;
import io.wsstream.pty.PtyException;
import io.wsstream.pty.PtyExit;
import io.wsstream.pty.PtyListener;
import io.wsstream.pty.PtyOutput;
import io.wsstream.pty.PtyProcess;
import io.wsstream.pty.PtyRuntime;
import io.wsstream.pty.PtySpec;
import io.wsstream.pty.PtyStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A process, or a terminal, behind a bounded queue of input.
 *
 * <p><b>Threads:</b> {@link #input} waits while the queue is full and the process lives; the end has a
 * thread of its own; all else is the loop's.
 */
final class ReferenceProcess implements PtyListener {
    private static final PtyRuntime RUNTIME = PtyRuntime.start(1);
    private static final int QUEUE_BYTES = 1 << 20;

    /** Takes what the process writes. */
    interface Output {
        void write(int channel, byte[] bytes);
    }

    private final ReferenceServer server;
    private final Output output;
    private final IntConsumer ended;
    private final Deque<ByteBuffer> queue = new ArrayDeque<>();
    private int queuedBytes;
    private int columns;
    private int rows;
    private boolean inputEnded;
    private boolean over;
    private volatile @Nullable PtyProcess process;

    ReferenceProcess(ReferenceServer.ExecQuery query, ReferenceServer server, Output output, IntConsumer ended) {
        this.server = server;
        this.output = output;
        this.ended = ended;
        PtySpec.Builder spec = PtySpec.command(query.command()).stdin(query.stdin());
        if (query.tty()) {
            spec.terminal(80, 24);
        }
        try {
            process = RUNTIME.spawn(spec.build(), this);
        } catch (PtyException unstartable) {
            output.write(query.tty() ? 1 : 2, (unstartable.getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
            over = true;
            ended.accept(server.has(ServerFault.MISSING_COMMAND_IS_SUCCESS) ? 0 : unstartable.exitCode());
        }
    }

    /** Takes input for the process; waits while there is too much of it. */
    synchronized void input(byte[] bytes) {
        int bound = server.has(ServerFault.PINGS_BEHIND_STDIN) ? 1 << 10 : QUEUE_BYTES;
        if (bytes.length == 0 || inputEnded) {
            return;
        }
        queue.add(ByteBuffer.wrap(bytes));
        if (server.has(ServerFault.MESSAGES_OUT_OF_ORDER) && queue.size() % 2 == 1) {
            return; // The next one goes first.
        }
        if (server.has(ServerFault.MESSAGES_OUT_OF_ORDER)) {
            queue.addFirst(queue.removeLast());
        }
        queuedBytes += bytes.length;
        write();
        while (queuedBytes > bound && !over && !server.has(ServerFault.INPUT_WITHOUT_BOUND)) {
            try {
                wait(1000);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    synchronized boolean isInputEnded() {
        return inputEnded;
    }

    synchronized void endInput() {
        inputEnded = true;
        if (server.has(ServerFault.HALF_CLOSE_LOSES_DATA)) {
            queue.clear();
        }
        write();
    }

    private void write() {
        PtyProcess to = process;
        if (to == null) {
            return; // It could not be started.
        }
        while (!queue.isEmpty()) {
            ByteBuffer next = queue.getFirst();
            int taken = to.write(next);
            if (taken < 0) {
                queue.clear();
                queuedBytes = 0;
                break;
            }
            queuedBytes -= taken;
            if (next.hasRemaining()) {
                return;
            }
            queue.removeFirst();
        }
        if (inputEnded) {
            to.closeInput();
        }
        notifyAll();
    }

    /** Of many equal sizes only the first goes to the loop, so that input does not overtake the last. */
    void resize(int newColumns, int newRows) {
        PtyProcess to = process;
        if (to != null && (newColumns != columns || newRows != rows)) {
            columns = newColumns;
            rows = newRows;
            to.resize(columns, rows);
        }
    }

    @Override
    public void onOutput(PtyOutput from) {
        byte[] bytes = new byte[from.bytes().remaining()];
        from.bytes().get(bytes);
        int channel = from.source() == PtyStream.STDERR ? 2 : 1;
        from.release();
        if (server.has(ServerFault.OPENING_WITH_THE_OUTPUT)) {
            output.write(1, new byte[0]);
        }
        output.write(channel, bytes);
    }

    @Override
    public void onOutputEnd(PtyStream source) {}

    @Override
    public synchronized void onInputWritable() {
        write();
    }

    @Override
    public void onExit(PtyExit exit) {
        boolean waits;
        synchronized (this) {
            over = true;
            notifyAll();
            waits = server.has(ServerFault.WAITS_FOR_STDIN) && !inputEnded;
        }
        if (!waits) { // Off the loop: what some faults do at the end waits for the peer.
            new Thread(() -> ended.accept(exit.code()), "reference-end").start();
        }
    }

    void kill() {
        PtyProcess running = process;
        if (running != null) {
            running.terminate(KillPolicy.kill());
        }
    }
}
