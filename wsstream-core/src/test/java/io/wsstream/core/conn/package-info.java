/** Tests of the counterpart of Kubernetes' {@code wsstream}. */
@NullMarked
package io.wsstream.core.conn;

import org.jspecify.annotations.NullMarked;
