package io.wsstream.pty;

/** The signals one sends to a process group; numbers of Linux on x86_64 and aarch64. */
public enum PtySignal {
    /** The terminal is gone. */
    HUP(1),
    /** Ctrl-C. */
    INT(2),
    /** Ctrl-\, with a core dump where those are on. */
    QUIT(3),
    /** Cannot be caught. */
    KILL(9),
    /** Whatever the program makes of it. */
    USR1(10),
    /** Whatever the program makes of it. */
    USR2(12),
    /** Please end. */
    TERM(15),
    /** Go on after a stop. */
    CONT(18),
    /** Stop; cannot be caught. */
    STOP(19),
    /** Ctrl-Z. */
    TSTP(20);

    private final int number;

    PtySignal(int number) {
        this.number = number;
    }

    /** {@return the number that {@code kill} takes} */
    public int number() {
        return number;
    }
}
