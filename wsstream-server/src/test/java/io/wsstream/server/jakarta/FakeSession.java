package io.wsstream.server.jakarta;

import jakarta.websocket.CloseReason;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A container's side of a session, moved by hand: nothing is sent until the test says so. */
final class FakeSession {
    final Map<Class<?>, MessageHandler> handlers = new ConcurrentHashMap<>();
    final Map<String, Object> properties = new ConcurrentHashMap<>();

    /** What was called, in order. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    /** Sends that were not called back yet. */
    final Deque<SendHandler> pending = new ArrayDeque<>();

    /** Calls back inside the call. */
    volatile boolean atOnce;

    /** Every send throws. */
    volatile boolean broken;

    Session session() {
        return proxy(Session.class, (name, arguments) -> switch (name) {
            case "getAsyncRemote" -> remote();
            case "getUserProperties" -> properties;
            case "addMessageHandler" -> handlers.put((Class<?>) arguments[0], (MessageHandler) arguments[1]);
            case "setMaxIdleTimeout" -> calls.add("idle " + arguments[0]);
            case "close" -> calls.add("close " + text((CloseReason) arguments[0]));
            default -> throw new AssertionError("unexpected call of " + name);
        });
    }

    private RemoteEndpoint.Async remote() {
        return proxy(RemoteEndpoint.Async.class, (name, arguments) -> switch (name) {
            case "sendBinary" -> send("binary " + text((ByteBuffer) arguments[0]), (SendHandler) arguments[1]);
            case "sendText" -> send("text " + arguments[0], (SendHandler) arguments[1]);
            case "sendPing", "sendPong" -> calls.add(name.substring(4).toLowerCase(Locale.ROOT));
            case "setSendTimeout" -> true;
            default -> throw new AssertionError("unexpected call of " + name);
        });
    }

    private boolean send(String what, SendHandler handler) {
        if (broken) {
            throw new IllegalStateException("the connection has been closed");
        }
        calls.add(what);
        if (atOnce) {
            handler.onResult(sent());
        } else {
            pending.add(handler);
        }
        return true;
    }

    SendResult sent() {
        return new SendResult(session());
    }

    SendResult failed(Throwable why) {
        return new SendResult(session(), why);
    }

    /** The oldest send is through, or not. */
    void called(SendResult result) {
        Objects.requireNonNull(pending.poll()).onResult(result);
    }

    @SuppressWarnings("unchecked")
    void binary(String text, boolean last) {
        ((MessageHandler.Partial<ByteBuffer>) handler(ByteBuffer.class))
                .onMessage(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)), last);
    }

    @SuppressWarnings("unchecked")
    void text(String text, boolean last) {
        ((MessageHandler.Partial<String>) handler(String.class)).onMessage(text, last);
    }

    @SuppressWarnings("unchecked")
    void pong() {
        ((MessageHandler.Whole<PongMessage>) handler(PongMessage.class)).onMessage(() -> ByteBuffer.allocate(0));
    }

    private MessageHandler handler(Class<?> type) {
        return Objects.requireNonNull(handlers.get(type));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    private static String text(CloseReason reason) {
        return (reason.getCloseCode().getCode() + " " + reason.getReasonPhrase()).strip();
    }

    private interface Call {
        @Nullable
        Object of(String name, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            @Nullable Object result = call.of(method.getName(), given == null ? new Object[0] : given);
            return method.getReturnType() == void.class ? null : result;
        }));
    }
}
