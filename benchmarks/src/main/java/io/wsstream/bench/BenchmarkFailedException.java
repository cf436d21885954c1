package io.wsstream.bench;

/** A run did not do what it was to do; how fast it was does not matter then. */
final class BenchmarkFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    BenchmarkFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
