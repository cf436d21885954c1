/** Runs ours and others side by side, and prints ratios; see {@code docs/BENCHMARKS.md}. */
@NullMarked
package io.wsstream.bench;

import org.jspecify.annotations.NullMarked;
