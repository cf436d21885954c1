package io.wsstream.server.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.wsstream.server.Pod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The JSON documents that clients read before an exec: discovery, namespaces and pods.
 *
 * <p>Written by streaming Jackson; nothing is kept.
 *
 * <p>Source: {@code k8s.io/api/core/v1/types.go}, {@code apimachinery/pkg/apis/meta/v1/types.go}; what each client insists
 * on: fabric8 spec.containers and a true Ready condition, the Python client non-null image and imageID.
 */
final class Documents {
    /** What {@code GET /version} claims; a current minor keeps kubectl from warning about its distance. */
    private static final String MINOR = "34";

    private static final String RESOURCE_VERSION = "1";
    private static final String IMAGE = "wsstream";
    private static final JsonFactory JSON = new JsonFactory();

    private Documents() {}

    @FunctionalInterface
    private interface Content {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private static byte[] object(String kind, String apiVersion, Content content) {
        return json(json -> {
            json.writeStartObject();
            json.writeStringField("kind", kind);
            json.writeStringField("apiVersion", apiVersion);
            content.writeTo(json);
            json.writeEndObject();
        });
    }

    private static byte[] json(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            content.writeTo(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException("JSON into memory", impossible);
        }
        return bytes.toByteArray();
    }

    static byte[] version() {
        return json(json -> {
            json.writeStartObject();
            json.writeStringField("major", "1");
            json.writeStringField("minor", MINOR);
            json.writeStringField("gitVersion", "v1." + MINOR + ".0+wsstream");
            json.writeStringField("gitCommit", "");
            json.writeStringField("gitTreeState", "clean");
            json.writeStringField("buildDate", "1970-01-01T00:00:00Z");
            json.writeStringField("goVersion", "");
            json.writeStringField("compiler", "javac");
            json.writeStringField("platform", "jvm");
            json.writeEndObject();
        });
    }

    static byte[] apiVersions() {
        return object("APIVersions", "v1", json -> {
            json.writeArrayFieldStart("versions");
            json.writeString("v1");
            json.writeEndArray();
            json.writeArrayFieldStart("serverAddressByClientCIDRs");
            json.writeEndArray();
        });
    }

    static byte[] apiGroups() {
        return object("APIGroupList", "v1", json -> {
            json.writeArrayFieldStart("groups");
            json.writeEndArray();
        });
    }

    static byte[] coreResources() {
        return object("APIResourceList", "v1", json -> {
            json.writeStringField("groupVersion", "v1");
            json.writeArrayFieldStart("resources");
            resource(json, "namespaces", "namespace", false, "Namespace", List.of("get", "list"), "ns");
            resource(json, "pods", "pod", true, "Pod", List.of("get", "list"), "po");
            resource(json, "pods/attach", "", true, "PodAttachOptions", List.of("create", "get"), "");
            resource(json, "pods/exec", "", true, "PodExecOptions", List.of("create", "get"), "");
            resource(json, "pods/log", "", true, "Pod", List.of("get"), "");
            resource(json, "pods/portforward", "", true, "PodPortForwardOptions", List.of("create", "get"), "");
            json.writeEndArray();
        });
    }

    private static void resource(
            JsonGenerator json,
            String name,
            String singular,
            boolean namespaced,
            String kind,
            List<String> verbs,
            String shortName)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeStringField("singularName", singular);
        json.writeBooleanField("namespaced", namespaced);
        json.writeStringField("kind", kind);
        strings(json, "verbs", verbs);
        if (!shortName.isEmpty()) {
            strings(json, "shortNames", List.of(shortName));
        }
        json.writeEndObject();
    }

    static byte[] namespace(String name) {
        return object("Namespace", "v1", json -> namespaceFields(json, name));
    }

    static byte[] namespaces(Collection<String> names) {
        return list("NamespaceList", json -> {
            for (String name : names) {
                json.writeStartObject();
                namespaceFields(json, name);
                json.writeEndObject();
            }
        });
    }

    static byte[] namespaceTable(Collection<String> names) {
        return table(List.of("Name", "Status"), json -> {
            for (String name : names) {
                row(json, List.of(name, "Active"), () -> namespaceMetadata(json, name));
            }
        });
    }

    static byte[] pod(Pod pod) {
        return object("Pod", "v1", json -> podFields(json, pod));
    }

    static byte[] pods(Collection<Pod> pods) {
        return list("PodList", json -> {
            for (Pod pod : pods) {
                json.writeStartObject();
                podFields(json, pod);
                json.writeEndObject();
            }
        });
    }

    static byte[] podTable(Collection<Pod> pods, Instant now) {
        return table(List.of("Name", "Ready", "Status", "Restarts", "Age"), json -> {
            for (Pod pod : pods) {
                int containers = pod.containers().size();
                row(
                        json,
                        List.of(pod.name(), containers + "/" + containers, "Running", 0, age(pod.started(), now)),
                        () -> podMetadata(json, pod));
            }
        });
    }

    private static byte[] list(String kind, Content items) {
        return object(kind, "v1", json -> {
            listMetadata(json);
            json.writeArrayFieldStart("items");
            items.writeTo(json);
            json.writeEndArray();
        });
    }

    private static byte[] table(List<String> columns, Content rows) {
        return object("Table", "meta.k8s.io/v1", json -> {
            listMetadata(json);
            json.writeArrayFieldStart("columnDefinitions");
            for (String column : columns) {
                json.writeStartObject();
                json.writeStringField("name", column);
                json.writeStringField("type", column.equals("Restarts") ? "integer" : "string");
                json.writeStringField("format", column.equals("Name") ? "name" : "");
                json.writeStringField("description", "");
                json.writeNumberField("priority", 0);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("rows");
            rows.writeTo(json);
            json.writeEndArray();
        });
    }

    @FunctionalInterface
    private interface Metadata {
        void write() throws IOException;
    }

    private static void row(JsonGenerator json, List<Object> cells, Metadata metadata) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("cells");
        for (Object cell : cells) {
            if (cell instanceof Integer number) {
                json.writeNumber(number);
            } else {
                json.writeString(cell.toString());
            }
        }
        json.writeEndArray();
        json.writeObjectFieldStart("object");
        json.writeStringField("kind", "PartialObjectMetadata");
        json.writeStringField("apiVersion", "meta.k8s.io/v1");
        metadata.write();
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void listMetadata(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("metadata");
        json.writeStringField("resourceVersion", RESOURCE_VERSION);
        json.writeEndObject();
    }

    private static void namespaceFields(JsonGenerator json, String name) throws IOException {
        namespaceMetadata(json, name);
        json.writeObjectFieldStart("spec");
        json.writeEndObject();
        json.writeObjectFieldStart("status");
        json.writeStringField("phase", "Active");
        json.writeEndObject();
    }

    private static void namespaceMetadata(JsonGenerator json, String name) throws IOException {
        json.writeObjectFieldStart("metadata");
        json.writeStringField("name", name);
        json.writeStringField("uid", uid("namespace/" + name));
        json.writeStringField("resourceVersion", RESOURCE_VERSION);
        strings(json, "labels", Map.of("kubernetes.io/metadata.name", name));
        json.writeEndObject();
    }

    private static void podFields(JsonGenerator json, Pod pod) throws IOException {
        podMetadata(json, pod);
        json.writeObjectFieldStart("spec");
        json.writeArrayFieldStart("containers");
        for (String container : pod.containers()) {
            json.writeStartObject();
            json.writeStringField("name", container);
            json.writeStringField("image", IMAGE);
            json.writeObjectFieldStart("resources");
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringField("restartPolicy", "Never");
        json.writeStringField("nodeName", "wsstream");
        json.writeEndObject();

        String started = time(pod.started());
        json.writeObjectFieldStart("status");
        json.writeStringField("phase", "Running");
        json.writeArrayFieldStart("conditions");
        for (String condition : List.of("PodScheduled", "Initialized", "ContainersReady", "Ready")) {
            json.writeStartObject();
            json.writeStringField("type", condition);
            json.writeStringField("status", "True");
            json.writeNullField("lastProbeTime");
            json.writeStringField("lastTransitionTime", started);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringField("startTime", started);
        json.writeArrayFieldStart("containerStatuses");
        for (String container : pod.containers()) {
            json.writeStartObject();
            json.writeStringField("name", container);
            json.writeObjectFieldStart("state");
            json.writeObjectFieldStart("running");
            json.writeStringField("startedAt", started);
            json.writeEndObject();
            json.writeEndObject();
            json.writeObjectFieldStart("lastState");
            json.writeEndObject();
            json.writeBooleanField("ready", true);
            json.writeNumberField("restartCount", 0);
            json.writeStringField("image", IMAGE);
            json.writeStringField("imageID", "");
            json.writeBooleanField("started", true);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringField("qosClass", "BestEffort");
        json.writeEndObject();
    }

    private static void podMetadata(JsonGenerator json, Pod pod) throws IOException {
        json.writeObjectFieldStart("metadata");
        json.writeStringField("name", pod.name());
        json.writeStringField("namespace", pod.namespace());
        json.writeStringField("uid", podUid(pod));
        json.writeStringField("resourceVersion", RESOURCE_VERSION);
        json.writeStringField("creationTimestamp", time(pod.started()));
        strings(json, "labels", pod.labels());
        strings(json, "annotations", pod.annotations());
        json.writeEndObject();
    }

    private static void strings(JsonGenerator json, String field, Collection<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private static void strings(JsonGenerator json, String field, Map<String, String> values) throws IOException {
        if (values.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart(field);
        for (Map.Entry<String, String> entry : values.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    /** {@return the uid that a pod is shown with} */
    static String podUid(Pod pod) {
        return uid("pod/" + pod.namespace() + "/" + pod.name());
    }

    /** The same for the same name, so that a client sees the same object twice. */
    private static String uid(String of) {
        return UUID.nameUUIDFromBytes(of.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** As {@code kubectl get} shows it: one unit, or two while the first one is small. */
    static String age(Instant since, Instant now) {
        Duration age = Duration.between(since, now);
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return minutes + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return hours + "h" + (minutes % 60 == 0 ? "" : minutes % 60 + "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        long days = hours / 24;
        if (days < 8) {
            return days + "d" + (hours % 24 == 0 ? "" : hours % 24 + "h");
        }
        if (days < 730) {
            return days + "d";
        }
        return days / 365 + "y" + (days < 2920 && days % 365 != 0 ? days % 365 + "d" : "");
    }
}
