package io.wsstream.conformance;

/** How much a rule binds. */
public enum Level {
    /** Peers break, lose data or report a wrong result where it is not kept. */
    REQUIRED,
    /** Better so; some peers in wide use do otherwise. */
    RECOMMENDED
}
