package io.wsstream.server.tyrus;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What is logged at WARN and above while it is open: by us over slf4j-simple on stderr, by Grizzly over JUL. */
public final class LogCapture implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Logger root = Logger.getLogger("");
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                bytes.writeBytes(("WARN jul " + line.getLoggerName() + " " + line.getMessage() + " "
                                + (line.getThrown() == null ? "" : "\tat " + line.getThrown()) + "\n")
                        .getBytes(StandardCharsets.UTF_8));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    public LogCapture() {
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        root.addHandler(handler);
    }

    public String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The lines that are warnings or worse, and stack traces. */
    public String complaints() {
        return text().lines()
                .filter(line -> line.contains("WARN") || line.contains("ERROR") || line.startsWith("\tat "))
                .collect(java.util.stream.Collectors.joining("\n"));
    }

    @Override
    public void close() {
        root.removeHandler(handler);
        System.setErr(before);
        before.print(text());
    }
}
