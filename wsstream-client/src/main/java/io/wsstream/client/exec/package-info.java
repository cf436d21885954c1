/** Running a command in a container: what to run, the running session, and how it ended. */
@NullMarked
package io.wsstream.client.exec;

import org.jspecify.annotations.NullMarked;
