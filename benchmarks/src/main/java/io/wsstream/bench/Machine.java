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

    /**
     * {@return by name, in the order to print}
     *
     * @param peers the versions of the others
     */
    static Map<String, String> here(Map<String, String> peers) {
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
        facts.putAll(peers);
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

    /** {@return the version of a library in Java, from the name of its jar} */
    static String versionOf(Class<?> itsClass) {
        String jar =
                itsClass.getProtectionDomain().getCodeSource().getLocation().getPath();
        return jar.replaceAll(".*?-(?=[0-9][^/]*$)|\\.jar$", "");
    }
}
