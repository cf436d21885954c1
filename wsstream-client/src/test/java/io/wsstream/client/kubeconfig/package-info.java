/** Where a cluster is, and what goes wrong there. */
@NullMarked
package io.wsstream.client.kubeconfig;

import org.jspecify.annotations.NullMarked;
