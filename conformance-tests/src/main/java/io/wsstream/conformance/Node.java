package io.wsstream.conformance;

import io.wsstream.conformance.wire.Excerpt;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A value in a case file that knows where it stands, so that whoever wrote it is told. */
public final class Node {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([a-z-]+)}");
    private static final Pattern DURATION = Pattern.compile("([0-9]+)(ms|s)");

    private final Object value;
    private final String where;

    private Node(Object value, String where) {
        this.value = value;
        this.where = where;
    }

    static Node of(@Nullable Object value, String where) {
        if (value == null) {
            throw new CaseFormatException(where, "nothing; expected a value");
        }
        return new Node(value, where);
    }

    /** {@return the same with {@code ${name}} replaced; a text that is nothing else becomes the value itself} */
    Node with(Map<String, Object> variables) {
        return new Node(replaced(value, variables), where);
    }

    private Object replaced(Object in, Map<String, Object> variables) {
        if (in instanceof String text) {
            Matcher whole = VARIABLE.matcher(text);
            if (whole.matches()) {
                return variable(whole.group(1), variables);
            }
            return VARIABLE.matcher(text)
                    .replaceAll(found -> Matcher.quoteReplacement(
                            variable(found.group(1), variables).toString()));
        }
        if (in instanceof List<?> list) {
            List<Object> result = new ArrayList<>();
            list.forEach(element -> result.add(replaced(element, variables)));
            return result;
        }
        if (in instanceof Map<?, ?> map) {
            Map<Object, Object> result = new LinkedHashMap<>();
            map.forEach((key, element) ->
                    result.put(replaced(key, variables), element == null ? null : replaced(element, variables)));
            return result;
        }
        return in;
    }

    private Object variable(String name, Map<String, Object> variables) {
        Object found = variables.get(name);
        if (found == null) {
            throw wrong("no variable ${" + name + "}; there are " + variables.keySet());
        }
        return found;
    }

    /** {@return an exception that names this place} */
    public CaseFormatException wrong(String what) {
        return new CaseFormatException(where, what);
    }

    /** {@return this, a map with no other keys than these} */
    public Node only(String... allowed) {
        Set<String> unknown = new TreeSet<>(map().keySet());
        unknown.removeAll(Set.of(allowed));
        if (!unknown.isEmpty()) {
            throw wrong("unknown " + unknown + "; expected some of " + String.join(", ", allowed));
        }
        return this;
    }

    /** {@return whether it is a map that has this key} */
    public boolean has(String key) {
        return value instanceof Map<?, ?> map && map.containsKey(key);
    }

    /** {@return whether it is a map that has this key with nothing behind it} */
    public boolean isNothing(String key) {
        return has(key) && map().get(key) == null;
    }

    /** {@return what stands under a key; null when the key is missing, or nothing stands there} */
    public @Nullable Node get(String key) {
        Object found = has(key) ? map().get(key) : null;
        return found == null ? null : of(found, where + "." + key);
    }

    /** {@return what stands under a key that must be there} */
    public Node need(String key) {
        Node found = get(key);
        if (found == null) {
            throw wrong("no \"" + key + "\"");
        }
        return found;
    }

    /** {@return the keys of a map, in order} */
    public Set<String> keys() {
        return map().keySet();
    }

    Map<String, @Nullable Object> map() {
        if (!(value instanceof Map<?, ?> map)) {
            throw wrong("a map is expected");
        }
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        map.forEach((key, element) -> result.put(String.valueOf(key), element));
        return result;
    }

    /** {@return a map of plain values, as variables} */
    Map<String, Object> variables() {
        Map<String, Object> result = new HashMap<>();
        map().forEach((key, element) -> result.put(key, Objects.requireNonNull(element)));
        return result;
    }

    /** {@return the elements of a list; of anything else, itself} */
    public List<Node> list() {
        if (!(value instanceof List<?> list)) {
            return List.of(this);
        }
        List<Node> result = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            result.add(of(list.get(i), where + "[" + (i + 1) + "]"));
        }
        return result;
    }

    /** {@return whether it is text} */
    public boolean isText() {
        return value instanceof String;
    }

    /** {@return whether it is a whole number} */
    public boolean isNumber() {
        return value instanceof Number;
    }

    /** {@return the text} */
    public String text() {
        if (!(value instanceof String text)) {
            throw wrong("text is expected, perhaps in quotes; this is " + value);
        }
        return text;
    }

    /** {@return texts of a list, or of one text its words} */
    public List<String> words() {
        return value instanceof String text
                ? List.of(text.strip().split(" +", -1))
                : list().stream().map(Node::text).toList();
    }

    /** {@return the number} */
    public int number() {
        if (!(value instanceof Integer number)) {
            throw wrong("a whole number is expected; this is " + value);
        }
        return number;
    }

    /** {@return the number} */
    public long longNumber() {
        if (!(value instanceof Number number)) {
            throw wrong("a whole number is expected; this is " + value);
        }
        return number.longValue();
    }

    /** {@return true or false} */
    public boolean flag() {
        if (!(value instanceof Boolean flag)) {
            throw wrong("true or false is expected; this is " + value);
        }
        return flag;
    }

    /** {@return a time such as {@code 300ms} or {@code 5s}} */
    public Duration duration() {
        Matcher found = DURATION.matcher(text());
        if (!found.matches()) {
            throw wrong("a time is expected, such as 300ms or 5s; this is " + value);
        }
        long count = Long.parseLong(found.group(1));
        return found.group(2).equals("s") ? Duration.ofSeconds(count) : Duration.ofMillis(count);
    }

    /** {@return what is written there, on one line and bounded} */
    @Override
    public String toString() {
        return shown(value);
    }

    private static String shown(@Nullable Object in) {
        if (in instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> entry.getKey() + ": " + shown(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (in instanceof List<?> list) {
            return list.stream().map(Node::shown).collect(Collectors.joining(", ", "[", "]"));
        }
        return in instanceof String text && !text.matches("[\\w.:/ -]+")
                ? Excerpt.text(text.getBytes(StandardCharsets.UTF_8))
                : String.valueOf(in);
    }
}
