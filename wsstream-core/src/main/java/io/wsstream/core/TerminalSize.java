package io.wsstream.core;

/**
 * The size of a terminal in character cells, as a resize message carries it.
 *
 * <p>Zero is legal on the wire (a field left out means zero) and is handed on as it came; what a terminal makes of it
 * is the terminal's affair. A client sends 1 and more.
 *
 * <p>Source: {@code client-go/tools/remotecommand/resize.go}; PROTOCOL.md 6.4.
 *
 * @param columns width in cells, 0 to 65535
 * @param rows height in cells, 0 to 65535
 */
public record TerminalSize(int columns, int rows) {
    /** The largest value of either field: the kernel keeps 16 bits. */
    public static final int MAX = 0xFFFF;

    /** Checks the ranges. */
    public TerminalSize {
        if (columns < 0 || columns > MAX || rows < 0 || rows > MAX) {
            throw new IllegalArgumentException(
                    "terminal size " + columns + "x" + rows + "; expected columns and rows from 0 to " + MAX);
        }
    }

    /** {@return the size as people write it, {@code 80x24}} */
    @Override
    public String toString() {
        return columns + "x" + rows;
    }
}
