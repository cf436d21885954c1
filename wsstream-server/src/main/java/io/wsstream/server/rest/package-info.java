/**
 * Everything before the 101: the Kubernetes-shaped HTTP surface, decided on plain requests, without a listener.
 *
 * <p>A listener turns what it read into an {@link io.wsstream.server.rest.HttpRequest}, asks {@link
 * io.wsstream.server.rest.KubernetesSurface#decide}, and either writes the answer or upgrades.
 */
@NullMarked
package io.wsstream.server.rest;

import org.jspecify.annotations.NullMarked;
