/**
 * Runs a process on a terminal or on three pipes, with non-blocking I/O and one thread for many processes.
 *
 * <p>{@link io.wsstream.pty.PtyRuntime} owns the threads, {@link io.wsstream.pty.PtySpec} says what to run,
 * {@link io.wsstream.pty.PtyListener} hears what happens, {@link io.wsstream.pty.PtyProcess} is the handle.
 *
 * <p>Linux with glibc 2.26 or newer on x86_64 and aarch64; anywhere else {@code spawn} refuses with a
 * {@link io.wsstream.pty.PtyException} of kind {@code UNSUPPORTED}. JNA loads a native library: JDK 24 and newer want
 * {@code --enable-native-access=ALL-UNNAMED} (on the module path {@code com.sun.jna}).
 */
@NullMarked
package io.wsstream.pty;

import org.jspecify.annotations.NullMarked;
