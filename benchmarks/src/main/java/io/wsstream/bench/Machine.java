package io.wsstream.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a figure depends on beside the code. */
final class Machine {
    private Machine() {}

    /** {@return by name, in the order to print} */
    static Map<String, String> here() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("cpu", cpu() + " x " + Runtime.getRuntime().availableProcessors());
        facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put(
                "load",
                String.format(
                        Locale.ROOT,
                        "%.1f",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        facts.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
        facts.put("go", System.getProperty("wsstream.bench.go", "?"));
        facts.put("gorilla/websocket", GoPeer.version());
        facts.put("wsstream", System.getProperty("wsstream.bench.commit", "?"));
        return facts;
    }

    private static String cpu() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
        } catch (IOException notLinux) {
            return System.getProperty("os.arch");
        }
        return System.getProperty("os.arch");
    }
}
