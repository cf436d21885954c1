/** Runs a process on a terminal or on pipes: posix_spawn, non-blocking descriptors, one event loop for many. */
module io.wsstream.pty {
    requires com.sun.jna;
    requires static org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.wsstream.pty;
}
