package io.wsstream.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinkThreadTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    /** What a piece of work saw of its thread. */
    private record Seen(
            Thread thread, String name, @Nullable ClassLoader loader) {}

    private final LinkedBlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

    @Test
    void aThreadIsKeptForTheNextWorkAndEndsWithoutAny() throws Exception {
        Thread kept = Awaitility.await().atMost(BOUND).until(this::threadOfTwo, Objects::nonNull);

        assertThat(kept).isInstanceOf(LinkThread.class);
        assertThat(kept.isDaemon()).isTrue();
        Awaitility.await().atMost(BOUND).until(() -> !kept.isAlive());
    }

    /** {@return the thread of two works, null if the first one's ended before the second came} */
    private @Nullable Thread threadOfTwo() throws InterruptedException {
        Seen first = look("wsstream-test-1");
        awaitIdle(first.thread());
        Seen second = look("wsstream-test-2");
        assertThat(first.name()).isEqualTo("wsstream-test-1");
        assertThat(second.name()).isEqualTo("wsstream-test-2");
        return second.thread() == first.thread() ? first.thread() : null;
    }

    @Test
    void workThatWaitsHoldsUpNoOther() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try {
            LinkThread.start(() -> awaitQuietly(over), "wsstream-test-waits");

            assertThat(look("wsstream-test-other").name()).isEqualTo("wsstream-test-other");
        } finally {
            over.countDown();
        }
    }

    @Test
    void workRunsWithTheContextClassLoaderOfItsCallerAndLeavesItBehind() throws Exception {
        Thread caller = Thread.currentThread();
        ClassLoader before = caller.getContextClassLoader();
        try (URLClassLoader own = new URLClassLoader(new URL[0])) {
            caller.setContextClassLoader(own);
            Seen with = look("wsstream-test");
            awaitIdle(with.thread());

            assertThat(with.loader()).isSameAs(own);
            assertThat(with.thread().getContextClassLoader()).isNotSameAs(own);
        } finally {
            caller.setContextClassLoader(before);
        }
    }

    private Seen look(String name) throws InterruptedException {
        LinkThread.start(
                () -> {
                    Thread thread = Thread.currentThread();
                    seen.add(new Seen(thread, thread.getName(), thread.getContextClassLoader()));
                },
                name);
        return assertThat(seen.poll(BOUND.toSeconds(), TimeUnit.SECONDS))
                .isNotNull()
                .actual();
    }

    /** Named idle, and waiting for work: what comes next is its, unless it has ended before. */
    private static void awaitIdle(Thread thread) {
        Awaitility.await()
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> !thread.isAlive()
                        || (thread.getName().equals("wsstream-idle")
                                && thread.getState() == Thread.State.TIMED_WAITING));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException nobodyInterruptsThisThread) {
            Thread.currentThread().interrupt();
        }
    }
}
