package io.wsstream.conformance.matrix;

/** Lines for a remote {@code sh -c}. */
final class Shell {
    private Shell() {}

    /** Waits until the terminal has a size, since a size may come after the start of the command; then prints it. */
    static String waitsForSize(int columns, int rows) {
        return "until [ \"$(stty size)\" = '%d %d' ]; do sleep 0.02; done; stty size; ".formatted(rows, columns);
    }
}
