package io.wsstream.pty;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A listener that keeps what it hears, in order. */
class Recorder implements PtyListener {
    static final long BOUND_SECONDS = 15;

    final AtomicInteger writable = new AtomicInteger();
    private final CompletableFuture<PtyProcess> started = new CompletableFuture<>();
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final List<String> events = new ArrayList<>();
    private final CompletableFuture<PtyExit> exit = new CompletableFuture<>();

    @Override
    public void onStart(PtyProcess process) {
        note("start");
        started.complete(process);
    }

    @Override
    public void onOutput(PtyOutput output) {
        ByteBuffer bytes = output.bytes();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        synchronized (this) {
            (output.source() == PtyStream.STDOUT ? stdout : stderr).writeBytes(copy);
        }
        output.release();
        note("output " + output.source());
    }

    @Override
    public void onOutputEnd(PtyStream source) {
        note("end " + source);
    }

    @Override
    public void onInputWritable() {
        writable.incrementAndGet();
    }

    @Override
    public void onExit(PtyExit result) {
        note("exit");
        exit.complete(result);
    }

    synchronized String out() {
        return stdout.toString(StandardCharsets.UTF_8);
    }

    synchronized byte[] outBytes() {
        return stdout.toByteArray();
    }

    synchronized int outSize() {
        return stdout.size();
    }

    synchronized String err() {
        return stderr.toString(StandardCharsets.UTF_8);
    }

    /** What was called, repetitions dropped. */
    synchronized List<String> events() {
        return List.copyOf(events);
    }

    PtyProcess process() throws Exception {
        return started.get(BOUND_SECONDS, TimeUnit.SECONDS);
    }

    /** For use in callbacks. */
    void pause() {
        started.join().pauseOutput(PtyStream.STDOUT);
    }

    boolean hasExited() {
        return exit.isDone();
    }

    PtyExit exit() throws Exception {
        return exit.get(BOUND_SECONDS, TimeUnit.SECONDS);
    }

    private synchronized void note(String event) {
        if (events.isEmpty() || !events.get(events.size() - 1).equals(event)) {
            events.add(event);
        }
    }
}
