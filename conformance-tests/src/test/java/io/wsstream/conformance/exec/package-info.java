/** Our client and our server against each other, over real sockets, terminals and processes. */
@NullMarked
package io.wsstream.conformance.exec;

import org.jspecify.annotations.NullMarked;
