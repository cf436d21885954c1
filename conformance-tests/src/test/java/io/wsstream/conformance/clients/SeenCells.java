package io.wsstream.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.peers.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/**
 * What a test saw, cell by cell: it must be what the committed tables of {@code docs/CLIENTS.md} say there. With {@code
 * -Dclients.update=true} it is written there instead.
 *
 * <p><b>Threads:</b> one. <b>Blocking:</b> reads and writes a small file.
 */
public final class SeenCells {
    private static final Path DOCUMENT = Peer.root().resolve("docs/CLIENTS.md");

    private final String heading;
    private final ClientTable committed;
    private final ClientTable seen;

    /** For the tables whose first column has this heading. */
    public SeenCells(String heading) throws IOException {
        this.heading = heading;
        committed = new ClientTable(Files.readString(DOCUMENT), heading);
        seen = new ClientTable(Files.readString(DOCUMENT), heading);
    }

    private static boolean isUpdate() {
        return Boolean.getBoolean("clients.update");
    }

    /** One cell. */
    public void saw(String row, String column, String value) {
        seen.set(row, column, value);
        if (!isUpdate()) {
            assertThat(value)
                    .as(
                            "%s of %s in docs/CLIENTS.md; if the change is meant, run with -Dclients.update=true",
                            column, row)
                    .isEqualTo(committed.cell(row, column));
        }
    }

    /** The committed tables must have no other rows. */
    public void assertNoRowsBut(Collection<String> names) {
        ClientTable pruned = new ClientTable(committed.toString(), heading);
        pruned.keepOnly(names);
        if (!isUpdate()) {
            assertThat(committed).hasToString(pruned.toString());
        }
    }

    /** After the last cell: writes the document if that is what is wanted. */
    public void finish(Collection<String> names) throws IOException {
        if (isUpdate()) {
            seen.keepOnly(names);
            Files.writeString(DOCUMENT, seen.toString());
        }
    }
}
