/** The POSIX calls: descriptors, terminals, posix_spawn, waiting and signals. */
@NullMarked
package io.wsstream.pty.internal.posix;

import org.jspecify.annotations.NullMarked;
