package io.wsstream.conformance;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What bytes have to be like: equal, {@code contains}, {@code matches}, {@code count}, or {@code any}. */
public final class Condition {
    private final Node what;
    /** How many bytes fulfil it; -1 while they do not. */
    private final ToIntFunction<byte[]> taken;

    private Condition(Node what, ToIntFunction<byte[]> taken) {
        this.what = what;
        this.taken = taken;
    }

    /** {@return the condition that a case states} */
    public static Condition of(Node what) {
        if (what.isText() && what.text().equals("any")) {
            return new Condition(what, bytes -> bytes.length);
        }
        if (what.has("contains")) {
            String wanted = text(what.only("contains").need("contains").text().getBytes(StandardCharsets.UTF_8));
            return new Condition(what, bytes -> {
                int at = text(bytes).indexOf(wanted);
                return at < 0 ? -1 : at + wanted.length();
            });
        }
        if (what.has("matches")) {
            Pattern pattern =
                    Pattern.compile(what.only("matches").need("matches").text(), Pattern.DOTALL);
            return new Condition(what, bytes -> {
                Matcher found = pattern.matcher(text(bytes));
                return found.find() ? found.end() : -1;
            });
        }
        if (what.has("count")) {
            int count = what.only("count").need("count").number();
            return new Condition(what, bytes -> bytes.length >= count ? count : -1);
        }
        Payload.check(what);
        return new Condition(what, bytes -> Arrays.equals(bytes, Payload.of(what)) ? bytes.length : -1);
    }

    /** {@return whether the bytes fulfil it} */
    public boolean holds(byte[] bytes) {
        return taken.applyAsInt(bytes) >= 0;
    }

    int taken(byte[] bytes) {
        return Math.max(0, taken.applyAsInt(bytes));
    }

    /** As many characters as bytes, so that positions are the same. */
    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return what.toString();
    }
}
