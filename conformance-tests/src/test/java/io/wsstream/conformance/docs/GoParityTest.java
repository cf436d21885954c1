package io.wsstream.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** GO-PARITY.md has a row for each exported name of the Go package, and no Java name in it is wishful. */
class GoParityTest {
    private static final Pattern ROW = Pattern.compile("^\\| (`[^|]*`) \\| (`[^|]*`) \\|", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("`([\\w.]+)(\\(\\))?`");
    private static final List<String> PACKAGES = List.of(
            "io.wsstream.core.",
            "io.wsstream.core.conn.",
            "io.wsstream.core.stream.",
            "io.wsstream.core.transport.",
            "io.wsstream.server.");

    /** What the package exports, which {@link GoNamesIT} sees to. */
    static final List<String> EXPORTED = List.of(
            "Base64ChannelWebSocketProtocol",
            "ChannelWebSocketProtocol",
            "WebSocketProtocolHeader",
            "IgnoreReceives",
            "IgnoreReceivesWithLogger",
            "IsWebSocketRequest",
            "IsWebSocketRequestWithStreamCloseProtocol",
            "IsWebSocketRequestWithTunnelingProtocol",
            "NewDefaultChannelProtocols",
            "NewDefaultReaderProtocols",
            "ChannelProtocolConfig",
            "ChannelProtocolConfig.Binary",
            "ChannelProtocolConfig.Channels",
            "ChannelType",
            "IgnoreChannel",
            "ReadChannel",
            "WriteChannel",
            "ReadWriteChannel",
            "Conn",
            "NewConn",
            "Conn.Close",
            "Conn.Open",
            "Conn.SetIdleTimeout",
            "Conn.SetWriteDeadline",
            "Reader",
            "NewReader",
            "NewReaderWithLogger",
            "Reader.Copy",
            "Reader.SetIdleTimeout",
            "ReaderProtocolConfig",
            "ReaderProtocolConfig.Binary");

    /** What the package's channels are. */
    private static final List<String> OF_CHANNELS =
            List.of("io.ReadWriteCloser.Read", "io.ReadWriteCloser.Write", "io.ReadWriteCloser.Close");

    static String document() throws IOException {
        return Files.readString(Path.of(System.getProperty("wsstream.root")).resolve("docs/GO-PARITY.md"));
    }

    private static List<String> column(int column) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        Matcher rows = ROW.matcher(document());
        while (rows.find()) {
            Matcher entries = NAME.matcher(rows.group(column));
            while (entries.find()) {
                names.add(entries.group(1));
            }
        }
        return List.copyOf(names);
    }

    static List<String> javaNames() throws IOException {
        List<String> names = new ArrayList<>(column(2));
        String beside = document().substring(document().indexOf("## Beside it"));
        NAME.matcher(beside)
                .results()
                .map(match -> match.group(1))
                .filter(name -> !name.equals("wsstream"))
                .forEach(names::add);
        return names;
    }

    @Test
    void everyExportedNameHasARowAndNoOther() throws IOException {
        // A type's own name may stand in the row of what makes it.
        List<String> rows = new ArrayList<>(column(1));
        assertThat(rows).contains("NewReader");
        rows.add("Reader");

        List<String> wanted = new ArrayList<>(EXPORTED);
        wanted.addAll(OF_CHANNELS);
        assertThat(rows).containsExactlyInAnyOrderElementsOf(wanted);
    }

    @ParameterizedTest
    @MethodSource("javaNames")
    void aJavaNameIsPublic(String name) {
        assertThat(isPublic(name)).as("%s in one of %s", name, PACKAGES).isTrue();
    }

    @Test
    void aNameThatIsNotThereIsNoticed() {
        assertThat(isPublic("Conn.setIdleTimeouts")).isFalse();
        assertThat(isPublic("Conns")).isFalse();
        assertThat(isPublic("Conn.end")).isFalse();
        assertThat(isPublic("EndSignal")).isFalse();
    }

    private static boolean isPublic(String name) {
        for (String in : PACKAGES) {
            if (typeOf(in + name) != null) {
                return true;
            }
            int dot = name.lastIndexOf('.');
            Class<?> owner = dot < 0 ? null : typeOf(in + name.substring(0, dot));
            if (owner != null && hasMember(owner, name.substring(dot + 1))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasMember(Class<?> owner, String name) {
        Stream<Member> members = Stream.concat(Arrays.stream(owner.getMethods()), Arrays.stream(owner.getFields()));
        return members.anyMatch(member -> member.getName().equals(name));
    }

    /** A public type by its name with dots, also a nested one; null when there is none. */
    private static @Nullable Class<?> typeOf(String name) {
        String binary = name;
        while (true) {
            try {
                Class<?> type = Class.forName(binary, false, GoParityTest.class.getClassLoader());
                return Modifier.isPublic(type.getModifiers()) ? type : null;
            } catch (ClassNotFoundException | NoClassDefFoundError other) {
                int dot = binary.lastIndexOf('.');
                if (dot < 0 || !Character.isUpperCase(binary.charAt(dot + 1))) {
                    return null;
                }
                binary = binary.substring(0, dot) + "$" + binary.substring(dot + 1);
            }
        }
    }
}
