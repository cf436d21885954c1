/** The harness's own proof: small correct peers, and with each switch of theirs a broken one that has to be caught. */
@NullMarked
package io.wsstream.conformance.mutants;

import org.jspecify.annotations.NullMarked;
