package io.wsstream.server;

/**
 * What a caller wants to do, in the words of Kubernetes' RBAC. Absent parts are empty. Immutable.
 *
 * <p>{@code exec} is always {@code create} on {@code pods/exec}, also when it comes as a GET with an upgrade, as
 * Kubernetes 1.35 and later have it.
 *
 * @param verb {@code get}, {@code list} or {@code create}
 * @param resource "pods" or "namespaces"; for a {@link WebSocketEndpoint} its path, which begins with a slash
 * @param namespace the namespace; empty for all of them
 * @param name the pod or namespace; empty for a list
 * @param subresource {@code exec}, {@code attach}, {@code portforward}, {@code log}, or empty
 */
public record Access(String verb, String resource, String namespace, String name, String subresource) {
    /**
     * To get what is at a path of its own, which is none of Kubernetes' resources.
     *
     * @param path with a leading slash
     * @return the access
     */
    public static Access toPath(String path) {
        return new Access("get", path, "", "", "");
    }

    /** {@return resource and subresource as RBAC rules write them, such as {@code pods/exec}} */
    public String qualifiedResource() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }

    /** {@return whether this is about a path of its own} */
    public boolean isPath() {
        return resource.startsWith("/");
    }
}
