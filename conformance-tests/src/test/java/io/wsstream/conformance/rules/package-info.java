/** What holds for all modules: who may know whom, what nobody does, and what is public. */
@NullMarked
package io.wsstream.conformance.rules;

import org.jspecify.annotations.NullMarked;
