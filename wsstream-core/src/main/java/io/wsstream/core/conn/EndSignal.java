package io.wsstream.core.conn;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.wsstream.core.WsStreamException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells of the end of a connection: those who asked before when it comes, those who ask later at once.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> none.
 */
final class EndSignal {
    /** Protects the fields; nothing is called under it. */
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final List<Consumer<@Nullable WsStreamException>> waiting = new ArrayList<>();

    @GuardedBy("lock")
    private boolean ended;

    @GuardedBy("lock")
    private @Nullable WsStreamException failure;

    void whenEnded(Consumer<@Nullable WsStreamException> action) {
        WsStreamException why;
        synchronized (lock) {
            if (!ended) {
                waiting.add(action);
                return;
            }
            why = failure;
        }
        action.accept(why);
    }

    void end(@Nullable WsStreamException why) {
        List<Consumer<@Nullable WsStreamException>> all;
        synchronized (lock) {
            ended = true;
            failure = why;
            all = List.copyOf(waiting);
            waiting.clear();
        }
        all.forEach(action -> action.accept(why));
    }

    boolean isEnded() {
        synchronized (lock) {
            return ended;
        }
    }
}
