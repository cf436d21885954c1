/** The harness on our own server and client, and the parts of it that need no peer. */
@NullMarked
package io.wsstream.conformance.harness;

import org.jspecify.annotations.NullMarked;
