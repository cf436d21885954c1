package io.wsstream.bench;

import java.io.IOException;

/**
 * What is measured of one way to run programs. A {@code shell} is for {@code sh -c}; what it runs says {@code x} first,
 * except for output.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> until it is measured; {@link BenchPty} bounds the whole.
 */
interface PtyLoad extends AutoCloseable {
    /** Round trips before the measured ones of an echo. */
    int ECHO_WARM_UPS = 1000;

    /** {@return from the start to the first byte, in microseconds; the program waits for a line, and has ended then} */
    double firstByteMicros(String shell) throws IOException, InterruptedException;

    /** {@return how long each of so many bytes took there and back, in microseconds} */
    double[] echoMicros(String shell, int rounds) throws IOException, InterruptedException;

    /** {@return from the start to the last byte of {@link Pattern}; the program waits for a line, and has ended then} */
    double outputSeconds(String shell, long bytes) throws IOException, InterruptedException;

    /** Starts a program that lives on, with a reader, until this process ends. */
    void hold(String shell) throws IOException, InterruptedException;

    @Override
    void close();
}
