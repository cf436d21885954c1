/** The exec endpoint: one command, its streams and its end. */
@NullMarked
package io.wsstream.server.exec;

import org.jspecify.annotations.NullMarked;
