package io.wsstream.pty;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** What a {@link PtyProcess} asks of whoever runs it; see there for each. */
interface Running {
    int pid();

    PtySpec spec();

    int write(ByteBuffer src);

    void closeInput();

    void resize(int columns, int rows);

    void pause(PtyStream source, boolean paused);

    void signalGroup(int signal);

    void terminate(KillPolicy policy);

    void holdExitForSession();

    void detach();

    CompletionStage<PtyExit> exit();

    /** A buffer that was handed out is needed no more. */
    void released(Chunk chunk);
}
