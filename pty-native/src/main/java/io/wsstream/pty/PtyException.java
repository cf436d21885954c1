package io.wsstream.pty;

import io.wsstream.pty.internal.posix.Errno;
import io.wsstream.pty.internal.posix.SystemCallException;
import java.io.IOException;

/**
 * A process that could not be started. The message is one line for the person who asked, without control characters.
 */
public final class PtyException extends IOException {
    private static final long serialVersionUID = 1;

    private static final int NOT_FOUND_EXIT_CODE = 127;
    private static final int NOT_RUNNABLE_EXIT_CODE = 126;

    /** What kind of failure. */
    public enum Kind {
        /** There is no such program, or the interpreter that its first line names. */
        NOT_FOUND,
        /** The program is there and may not or cannot be run: permission, a folder, no known format. */
        NOT_EXECUTABLE,
        /** The working folder is missing, is no folder, or may not be entered. */
        BAD_DIRECTORY,
        /** Arguments and environment together, or one of them, are longer than the system takes. */
        ARGUMENT_LIST_TOO_LONG,
        /** The machine is short of descriptors, terminals, processes or memory; may work later. */
        RESOURCE,
        /** This machine cannot be served: not Linux with glibc, an unknown processor, or JNA does not load. */
        UNSUPPORTED,
        /** Anything else, a NUL in an argument among them. */
        OTHER
    }

    /** What kind of failure. */
    private final Kind kind;
    /** The system call, or empty. */
    private final String call;
    /** Its errno, or 0. */
    private final int errno;

    PtyException(Kind kind, String call, int errno, String message) {
        super(errno == 0 ? message : message + " (" + call + ": " + Errno.name(errno) + ")");
        this.kind = kind;
        this.call = call;
        this.errno = errno;
    }

    /** For failures that do not come from what was asked for: descriptors, terminals, processes. */
    static PtyException of(SystemCallException e, String doing) {
        PtyException result =
                new PtyException(kindOf(e.errno()), e.call(), e.errno(), doing + ": " + reason(e.errno()));
        result.initCause(e);
        return result;
    }

    /** {@return one line for a person: what, why, and in brackets the system call} */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** {@return what kind of failure} */
    public Kind kind() {
        return kind;
    }

    /** {@return the system call that failed, or would have; empty if none was involved} */
    public String call() {
        return call;
    }

    /** {@return its errno, 0 if none was involved} */
    public int errno() {
        return errno;
    }

    /** {@return the errno as {@code errno.h} names it, {@code ENOENT}; empty if none was involved} */
    public String errnoName() {
        return errno == 0 ? "" : Errno.name(errno);
    }

    /** {@return what {@code docker exec} would exit with: 127 if something does not exist, else 126} */
    public int exitCode() {
        return errno == Errno.ENOENT || kind == Kind.NOT_FOUND ? NOT_FOUND_EXIT_CODE : NOT_RUNNABLE_EXIT_CODE;
    }

    static Kind kindOf(int errno) {
        return switch (errno) {
            case Errno.ENOENT -> Kind.NOT_FOUND;
            case Errno.EACCES,
                    Errno.EPERM,
                    Errno.ENOEXEC,
                    Errno.ENOTDIR,
                    Errno.EISDIR,
                    Errno.ELOOP,
                    Errno.ENAMETOOLONG,
                    Errno.ETXTBSY -> Kind.NOT_EXECUTABLE;
            case Errno.E2BIG -> Kind.ARGUMENT_LIST_TOO_LONG;
            case Errno.EAGAIN, Errno.ENOMEM, Errno.ENFILE, Errno.EMFILE, Errno.ENOSPC -> Kind.RESOURCE;
            default -> Kind.OTHER;
        };
    }

    static String reason(int errno) {
        return switch (errno) {
            case Errno.ENOENT -> "no such file or directory";
            case Errno.EACCES -> "permission denied";
            case Errno.EPERM -> "operation not permitted";
            case Errno.ENOEXEC ->
                "exec format error: neither a program for this machine nor a script with a first line #!";
            case Errno.ENOTDIR -> "a part of the path is not a directory";
            case Errno.EISDIR -> "is a directory";
            case Errno.ELOOP -> "too many symbolic links";
            case Errno.ENAMETOOLONG -> "name too long";
            case Errno.ETXTBSY -> "the file is being written";
            case Errno.E2BIG -> "argument list too long";
            case Errno.EAGAIN -> "no more processes allowed now";
            case Errno.ENOMEM -> "not enough memory";
            case Errno.ENFILE, Errno.EMFILE -> "too many open files";
            case Errno.ENOSPC -> "no more terminals allowed (kernel.pty.max)";
            default -> "failed";
        };
    }

    /** {@return a text in quotes, shortened, its control characters replaced: it goes to somebody's terminal} */
    static String quoted(String text) {
        int most = 200;
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), most); i++) {
            char c = text.charAt(i);
            quoted.append(Character.isISOControl(c) ? '?' : c);
        }
        return quoted.append(text.length() > most ? "...\"" : "\"").toString();
    }
}
