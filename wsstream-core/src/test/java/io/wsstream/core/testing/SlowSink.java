package io.wsstream.core.testing;

import io.wsstream.core.stream.ByteSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;

/** Takes as much as the test allows, and checks that calls come one at a time and none after the end. */
public class SlowSink implements ByteSink {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final IntSupplier allowed;
    private boolean inside;
    private int ends;

    /** A sink that takes at most so many bytes in each call. */
    public SlowSink(IntSupplier allowed) {
        this.allowed = allowed;
    }

    @Override
    public void accept(ByteBuffer bytes) {
        synchronized (this) {
            check(!inside, "two calls at once");
            check(ends == 0, "bytes after the end");
            inside = true;
        }
        byte[] piece = new byte[Math.min(bytes.remaining(), allowed.getAsInt())];
        bytes.get(piece);
        synchronized (this) {
            taken.writeBytes(piece);
            inside = false;
        }
    }

    @Override
    public synchronized void end() {
        check(!inside, "the end inside a call");
        ends++;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** {@return all that was taken} */
    public synchronized byte[] taken() {
        return taken.toByteArray();
    }

    /** {@return how many bytes were taken} */
    public synchronized int count() {
        return taken.size();
    }

    /** {@return how often the end was told} */
    public synchronized int ends() {
        return ends;
    }
}
