/** What only Linux has: epoll, eventfd, pidfd and /proc. */
@NullMarked
package io.wsstream.pty.internal.linux;

import org.jspecify.annotations.NullMarked;
