/** Where a cluster is and how to prove who asks: from a kubeconfig, from inside a pod, or from URL and token. */
@NullMarked
package io.wsstream.client.kubeconfig;

import org.jspecify.annotations.NullMarked;
