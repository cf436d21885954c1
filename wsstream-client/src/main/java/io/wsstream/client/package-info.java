/** The client of Kubernetes-compatible servers: {@link io.wsstream.client.WsStreamClient} is where to begin. */
@NullMarked
package io.wsstream.client;

import org.jspecify.annotations.NullMarked;
