package io.wsstream.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The streams of this process, eight bits wide and without buffers.
 *
 * @param in its stdin
 * @param out its stdout
 * @param err its stderr
 */
record LocalStreams(InputStream in, OutputStream out, OutputStream err) {
    static LocalStreams ofProcess() {
        return new LocalStreams(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err));
    }
}
