package io.wsstream.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides what an authenticated caller may do. Asked before the pod is looked up, so that a refusal does not tell
 * whether it exists.
 *
 * <p><b>Threads:</b> called by the listener's selector threads, several at once, or by the thread that completed the
 * authenticator's stage. <b>Blocking:</b> not allowed; return a stage that completes later instead.
 */
@FunctionalInterface
public interface Authorizer {
    /**
     * Judges one request.
     *
     * @param caller who asks
     * @param access what for
     * @return the decision; a denial answers 403, a failed stage answers 500 and is logged
     */
    CompletionStage<Decision> authorize(Caller caller, Access access);

    /** {@return an authorizer under which everybody who is authenticated may do everything} */
    static Authorizer allowAll() {
        return (caller, access) -> CompletableFuture.completedStage(Decision.allow());
    }
}
