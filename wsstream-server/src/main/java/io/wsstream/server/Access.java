package io.wsstream.server;

/**
 * What a caller wants to do, in the words of Kubernetes' RBAC. Absent parts are empty. Immutable.
 *
 * <p>{@code exec} is always {@code create} on {@code pods/exec}, also when it comes as a GET with an upgrade, as
 * Kubernetes 1.35 and later have it.
 *
 * @param verb {@code get}, {@code list} or {@code create}
 * @param resource "pods" or "namespaces"
 * @param namespace the namespace; empty for all of them
 * @param name the pod or namespace; empty for a list
 * @param subresource {@code exec}, {@code attach}, {@code portforward}, {@code log}, or empty
 */
public record Access(String verb, String resource, String namespace, String name, String subresource) {
    /** {@return resource and subresource as RBAC rules write them, such as {@code pods/exec}} */
    public String qualifiedResource() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }
}
