package io.wsstream.pty.internal.posix;

import com.sun.jna.NativeLibrary;
import org.jspecify.annotations.Nullable;

/** Whether this machine can be served, and with which layout. */
public final class Host {
    private static final int MINIMUM_GLIBC_MINOR = 26; // POSIX_SPAWN_SETSID

    private final @Nullable Layout layout;
    private final String refusal;

    private Host(@Nullable Layout layout, String refusal) {
        this.layout = layout;
        this.refusal = refusal;
    }

    /** {@return the machine we run on; never fails, ask {@link #layout()}} */
    public static Host current() {
        return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    /** As {@link #current()} for other values of {@code os.name} and {@code os.arch}. */
    public static Host of(String osName, String osArch) {
        if (!osName.equals("Linux")) {
            return new Host(null, "terminals need Linux with glibc; this is " + osName);
        }
        Layout layout = Layout.forArchitecture(osArch);
        if (layout == null) {
            return new Host(null, "no table of C structures for " + osArch + "; there is one for x86_64 and aarch64");
        }
        try {
            String version = glibcVersion();
            if (!isNewEnough(version)) {
                return new Host(null, "glibc " + version + " is too old; 2." + MINIMUM_GLIBC_MINOR + " is needed");
            }
            LibC.ensureLinked();
        } catch (UnsatisfiedLinkError e) {
            // musl: libjnidispatch asks for glibc's __strdup and does not load; or it loads and a symbol is missing.
            return new Host(null, "the C library is not glibc, or JNA does not load: " + firstLine(e));
        } catch (LinkageError | IllegalCallerException e) {
            return new Host(
                    null,
                    "JNA does not load (" + firstLine(e)
                            + "); run java with --enable-native-access=ALL-UNNAMED, and a temporary folder that allows exec");
        }
        return new Host(layout, "");
    }

    /** {@return the table for this machine, or null when it cannot be served: {@link #refusal()} says why} */
    public @Nullable Layout layout() {
        return layout;
    }

    /** {@return why not, for a person; empty when {@link #layout()} is there} */
    public String refusal() {
        return refusal;
    }

    private static String glibcVersion() {
        return NativeLibrary.getProcess().getFunction("gnu_get_libc_version").invokeString(new Object[0], false);
    }

    static boolean isNewEnough(String version) {
        String[] parts = version.split("\\.", -1);
        try {
            int major = Integer.parseInt(parts[0]);
            int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
            return major > 2 || (major == 2 && minor >= MINIMUM_GLIBC_MINOR);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static String firstLine(Throwable t) {
        Throwable cause = t.getCause() != null ? t.getCause() : t;
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
    }
}
