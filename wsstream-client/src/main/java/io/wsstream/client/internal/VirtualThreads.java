package io.wsstream.client.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Tells virtual threads, which Java 17 does not know yet: interrupted in a read or write they close their socket, where
 * other threads read and write on.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> none.
 *
 * <p>Source: {@link java.net.Socket} of Java 21.
 */
final class VirtualThreads {
    private static final @Nullable MethodHandle IS_VIRTUAL = find();

    private VirtualThreads() {}

    private static @Nullable MethodHandle find() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException | IllegalAccessException before21) {
            return null;
        }
    }

    /** {@return whether the calling thread is virtual} */
    static boolean isCurrent() {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable cannotBe) {
            throw new AssertionError(cannotBe);
        }
    }
}
