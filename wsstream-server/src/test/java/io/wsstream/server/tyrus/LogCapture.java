package io.wsstream.server.tyrus;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LocationAwareLogger;

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

    private final Map<org.slf4j.Logger, Integer> levels = new LinkedHashMap<>();

    /** Captures, and has these classes log at DEBUG too. */
    public LogCapture(Class<?>... atDebug) {
        for (Class<?> type : atDebug) {
            org.slf4j.Logger logger = LoggerFactory.getLogger(type);
            levels.put(logger, level(logger, LocationAwareLogger.DEBUG_INT));
        }
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        root.addHandler(handler);
    }

    /** slf4j-simple reads levels once, from its properties; returns the one before. */
    private static int level(org.slf4j.Logger logger, int level) {
        try {
            Field field = logger.getClass().getDeclaredField("currentLogLevel");
            field.setAccessible(true);
            int before = field.getInt(logger);
            field.setInt(logger, level);
            return before;
        } catch (ReflectiveOperationException another) {
            throw new LinkageError("the logger is not slf4j-simple's", another);
        }
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
        levels.forEach(LogCapture::level);
        System.setErr(before);
        text().lines().filter(line -> !line.contains(" DEBUG ")).forEach(before::println);
    }
}
